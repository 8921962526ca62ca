"""Approvals that a clerk or an examiner asks for stand in the to-do of whoever may give them in the unit."""

from django.urls import reverse

from yipan.platform import processes

from .core import Work, acting_persons

SPECIAL, EXTENSION, EXCEPTION = "case.special", "case.extension", "case.exception"
KINDS = {SPECIAL: "批准特别程序", EXTENSION: "批准延期", EXCEPTION: "批准再次告知"}


def ask(work: Work, kind: str, key: int, *, right: str, text: str) -> None:
    """Never of the one who asked, nor of the person he stands in for."""
    case = work.case
    processes.post_errand(
        kind,
        key,
        title=f"{case.applicant_name}：{case.item_title}",
        subtitle=text,
        url=reverse("cases:page", args=[case.pk]),
        to=[processes.errands.Right(right, case.unit_key)],
        excluded=acting_persons(work.actor),
        due=case.promised_due or case.notice_due,
        subject=("case", case.pk),
        unit=case.unit_key,
        actor=work.actor,
        at=work.now,
    )


def answered(work: Work, kind: str, key: int, outcome: str) -> None:
    processes.close_errand(kind, key, actor=work.actor, at=work.now, outcome=outcome)
