"""Hearings as pages show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yipan.kernel import identifiers
from yipan.kernel.clock import show_due

from ..domain.hearings import GROUNDS
from ..models import Case, Hearing


@dataclass(frozen=True, slots=True)
class HearingRow:
    """``state``: told (the right may still be used), asked (a date is to be fixed), planned (the invitation is out)."""

    state: str
    ground: str
    interested: str
    ask_until: str
    asked_by: str
    asked_reason: str
    hold_until: str
    planned_at: datetime | None
    place: str
    host: str
    public: bool


@dataclass(frozen=True, slots=True)
class PublicHearing:
    """One line of the public list; of a natural person only the family name."""

    item: str
    applicant: str
    unit: str
    at: datetime
    place: str


def hearing(case: Case) -> HearingRow | None:
    """The hearing of a case that is not over (one statement)."""
    found = Hearing.objects.filter(case=case, closed_at=None).first()
    if found is None:
        return None
    told = found.asked_at is None and found.special_id is None  # type: ignore[attr-defined]
    return HearingRow(
        state="planned" if found.planned_at else "told" if told else "asked",
        ground=GROUNDS[found.ground],
        interested=found.interested,
        ask_until=show_due(found.ask_until) if found.ask_until else "",
        asked_by=found.asked_by,
        asked_reason=found.asked_reason,
        hold_until=show_due(found.hold_until) if found.hold_until else "",
        planned_at=found.planned_at,
        place=found.place,
        host=found.host_name,
        public=found.public,
    )


def public_hearings(now: datetime) -> list[PublicHearing]:
    """Invited and not yet held, soonest first."""
    found = Hearing.objects.select_related("case").filter(
        closed_at=None, public=True, planned_at__gte=now - timedelta(hours=12)
    )
    return [
        PublicHearing(
            one.case.item_title,
            identifiers.mask_name(one.case.applicant_name)
            if one.case.applicant_kind == "person"
            else one.case.applicant_name,
            one.case.unit_name,
            one.planned_at,
            one.place,
        )
        for one in found.order_by("planned_at", "id")[:100]
        if one.planned_at is not None
    ]
