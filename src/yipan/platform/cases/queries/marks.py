"""Marks on the pictures of materials: all for the staff of a case, those that were told for its applicant."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from yipan.platform import files
from yipan.platform.files import pages

from ..models import Case, CaseMaterial, MaterialMark
from .reach import CaseNotFound


@dataclass(frozen=True, slots=True)
class MarkRow:
    """Lengths in percent of the page; ``number`` counts the marks of the material."""

    id: int
    number: int
    page: int
    left: float
    top: float
    width: float
    height: float
    remark: str
    by: str
    at: datetime
    told: bool


def marks_of(material: CaseMaterial, *, for_applicant: bool) -> list[MarkRow]:
    found = MaterialMark.objects.filter(material=material)
    if for_applicant:
        found = found.exclude(notice=None)
    return [
        MarkRow(
            one.pk, number, one.page, one.left / 10, one.top / 10, one.width / 10, one.height / 10,
            one.remark, one.by_name, one.at, one.notice_id is not None,
        )
        for number, one in enumerate(found, 1)
    ]  # fmt: skip


def remarks(case: Case) -> dict[int, list[tuple[int, str, bool]]]:
    """Material → its marks as page, remark, and whether it was told; one statement."""
    found: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
    told = MaterialMark.objects.filter(material__case=case).order_by("page", "id")
    for material, page, remark, notice in told.values_list("material_id", "page", "remark", "notice_id"):
        found[material].append((page, remark, notice is not None))
    return dict(found)


def told_marks(notice_id: int) -> dict[str, int]:
    """Code of a material → its row of which the picture with the marks of this notice is shown."""
    found = MaterialMark.objects.filter(notice_id=notice_id)
    return dict(found.values_list("material__code", "material_id"))


def paged(case: Case, material_id: int, *, for_applicant: bool) -> tuple[CaseMaterial, int]:
    """A material with its number of pages; an applicant sees those alone of which marks were told.

    Raises CaseNotFound, or files.Rejected when its file is none that is shown by pages.
    """
    row = CaseMaterial.objects.filter(case=case, pk=material_id).first()
    if row is None or row.file_id is None:
        raise CaseNotFound
    if for_applicant and not row.marks.exclude(notice=None).exists():
        raise CaseNotFound
    return row, pages.count(*content(case, row))


def page_picture(case: Case, material: CaseMaterial, page: int) -> bytes:
    """One page as JPEG. Raises files.Rejected."""
    return pages.picture(*content(case, material), page)


def content(case: Case, material: CaseMaterial) -> tuple[bytes, str]:
    """Content and kind of a material's file. Raises files.Rejected for what was sealed or erased."""
    assert material.file_id is not None
    owner = ("case", str(case.pk))
    ref = files.ref(material.file_id, owner)
    if ref.erased or ref.scan_state == "infected":
        raise files.Rejected("附件已删除或者已封存，不能查看")
    return files.read(material.file_id, owner), ref.kind
