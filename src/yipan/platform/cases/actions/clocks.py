"""Keep the stored due instants of a case equal to what its records say."""

from datetime import datetime

from yipan.kernel.clock import Extension as LongerLimit
from yipan.kernel.clock import Limit, Pause, due
from yipan.platform import calendar

from ..domain.clocks import Clocks, Facts, warns_at
from ..domain.clocks import clocks as compute
from ..domain.specials import KINDS
from ..items import Terms
from ..models import Case, CorrectionNotice, Extension, SpecialProcedure

# What ``refresh`` writes on the row.
KEPT = ("notice_due", "promised_due", "legal_due", "shown_due", "yellow_at")


def facts(case: Case, terms: Terms) -> Facts:
    """Read what the clocks of a case depend on (three statements)."""
    pauses = [
        Pause(
            special.started_at, min(special.ended_at or special.planned_end, special.planned_end), KINDS[special.kind]
        )
        for special in SpecialProcedure.objects.filter(case=case)
    ]
    extensions = [
        LongerLimit(extension.days, "working_days", extension.reason, extension.approved_by, extension.approved_at)
        for extension in Extension.objects.filter(case=case, approved=True)
    ]
    return Facts(answer_owed_since(case), case.accepted_at, terms.promise, terms.legal, pauses, extensions)


def answer_owed_since(case: Case) -> datetime | None:
    """Since when the unit owes the applicant an answer: the receipt, or the receipt of the last correction."""
    answered = CorrectionNotice.objects.filter(case=case, answered_at__isnull=False).order_by("-answered_at")
    return answered.values_list("answered_at", flat=True).first() or case.received_at


def explained(case: Case, terms: Terms) -> Clocks:
    """The three clocks with their explanations; none ran here for a case from before this platform."""
    if case.history_batch:
        return Clocks(None)
    return compute(facts(case, terms), calendar.current())


def refresh(case: Case, terms: Terms) -> Clocks:
    """Recompute the due instants on the row; the caller saves it with its act."""
    found = explained(case, terms)
    case.notice_due = found.notice.at if found.notice else None
    case.promised_due = found.promised.at if found.promised else None
    case.legal_due = found.legal.at if found.legal else None
    case.shown_due = case.promised_due or case.legal_due or case.notice_due
    case.yellow_at = warns_at(found, accepted=case.accepted_at is not None, calendar=calendar.current())
    return found


def correction_due(at: datetime, terms: Terms) -> datetime:
    """Until when the applicant may correct."""
    return working_days_after(at, terms.correction_days)


def working_days_after(at: datetime, days: int) -> datetime:
    found = due(Limit(days, "working_days"), at, calendar=calendar.current()).at
    assert found is not None, "a limit without pauses always ends"
    return found
