"""Recompute the due dates of a case after a calendar was corrected.

A date that was printed does not become later in silence: the change is an act of the case, and the applicant is told.
"""

from datetime import datetime

from yipan.kernel import clock
from yipan.platform import processes, records

from .. import items
from ..models import Case
from . import clocks, messages
from .core import work_on

DATES = {"notice_due": "告知期限", "promised_due": "承诺期限", "legal_due": "法定期限"}


def recount(case_id: int, *, now: datetime) -> bool:
    """Recompute one case; whether a date that was told has changed. Doing it twice changes nothing more."""
    with work_on(case_id, records.SYSTEM, now) as work:
        case = work.case
        before = {name: getattr(case, name) for name in DATES}
        clocks.refresh(case, items.terms(case))
        changed = {name: (old, getattr(case, name)) for name, old in before.items() if getattr(case, name) != old}
        Case.objects.filter(pk=case_id).update(**{name: getattr(case, name) for name in clocks.KEPT})
        if not changed:
            return False
        subject = ("case", str(case_id))
        records.act(
            chain=subject,
            verb="case.recount",
            actor=records.SYSTEM,
            at=now,
            subject=subject,
            reason="工作日历更正",
            payload={name: [_shown(old), _shown(new)] for name, (old, new) in changed.items()},
        )
        processes.clock(subject, "redate", now)
        if "promised_due" in changed and case.accepted_at is not None:
            old, new = changed["promised_due"]
            messages.tell_applicant(work, "case.recounted", before=old or "", due=new or "")
        return True


def _shown(value: datetime | None) -> str:
    return clock.show_due(value) if value else ""
