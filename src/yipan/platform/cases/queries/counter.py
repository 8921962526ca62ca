"""What a window has printed and had signed."""

from dataclasses import dataclass
from datetime import datetime

from yipan.kernel.clock import day_of, midnight
from yipan.platform import records

from ..models import Case, CaseSignature, PrintJob


@dataclass(frozen=True, slots=True)
class PrintRow:
    id: int
    case_id: int
    short_no: str
    title: str
    lines: list[str]
    state: str
    state_word: str
    problem: str
    reason: str
    at: datetime


def print_jobs(actor: records.Actor, now: datetime) -> list[PrintRow]:
    """The slips a clerk queued today, newest first (one statement)."""
    found = PrintJob.objects.filter(account_id=actor.account_id or 0, at__gte=midnight(day_of(now)))
    return [
        PrintRow(
            job.pk, job.case.pk, job.case.short_no or "", job.title, job.lines, job.state,
            job.get_state_display(), job.problem, job.reason, job.at,  # type: ignore[attr-defined]
        )
        for job in found.select_related("case")[:100]
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """``current``: it stands under the form as it is now."""

    id: int
    kind: str
    signer: str
    taken_by: str
    at: datetime
    current: bool


def signatures(case: Case) -> list[SignatureRow]:
    """The signatures given at the window, newest first (one statement)."""
    return [
        SignatureRow(
            one.pk, one.get_kind_display(), one.signer, one.taken_by, one.at,  # type: ignore[attr-defined]
            one.form_data_id == case.form_data_id,
        )
        for one in CaseSignature.objects.filter(case=case)
    ]  # fmt: skip


def signature_file(case: Case, signature_id: int) -> int | None:
    return CaseSignature.objects.filter(case=case, pk=signature_id).values_list("file_id", flat=True).first()
