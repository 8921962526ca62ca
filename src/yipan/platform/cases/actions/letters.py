"""Numbered documents of a case: the number is taken in the act's transaction, the PDF made by the worker."""

from collections.abc import Mapping
from typing import Any

from yipan.platform import jobs, numbers

from .. import sheets
from ..domain.letters import LETTERS
from ..models import CaseDocument
from .core import Work

PRODUCE = "cases.produce_document"


def number(work: Work, kind: str) -> str:
    """The next number of this unit, kind and year, e.g. 蓬市监许准字〔2021〕第000123号 (gapless)."""
    letter = LETTERS[kind]
    return numbers.document_number(unit_key=work.case.unit_key, word=letter.series, at=work.now)


def order_approval_sheet(work: Work) -> CaseDocument:
    """审批表, which closes the file of every case, however it ended."""
    return order(work, "approval_sheet", data=sheets.approval_sheet(work.case))


def order(
    work: Work, kind: str, *, number: str = "", title: str = "", data: Mapping[str, Any] | None = None
) -> CaseDocument:
    """Register a document of the case and have it made; its data are frozen now, whatever changes later.

    ``title``: where a paper is called after what it certifies, not after its kind.
    """
    letter = LETTERS[kind]
    if not number:
        number = globals()["number"](work, kind) if letter.series else work.case.short_no or ""
    document = CaseDocument.objects.create(
        case=work.case,
        kind=kind,
        title=title or letter.title,
        number=number,
        data=sheets.letter_data(work.case, letter, number=number, at=work.now)
        | ({"title": title} if title else {})
        | dict(data or {}),
        at=work.now,
        for_applicant=letter.for_applicant,
    )
    jobs.defer(PRODUCE, case_document_id=document.pk)
    return document
