"""What people are told when something happens to a case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform import notices, people

from ..models import Case
from .core import Work

SUPERVISOR = "efficiency_supervisor"


def tell_applicant(work: Work, template: str, **data: Any) -> None:
    """A message to the applicant, or to those who may act for the firm in this item now, on the channels they chose;
    somebody without account (at a window) gets the SMS only."""
    tell(work.case, applicants(work.case, work.now), template, work.now, **data)


def tell(case: Case, to: Sequence[notices.Recipient], template: str, at: datetime, **data: Any) -> None:
    """A message about a case to whoever is named."""
    if not to:
        return
    notices.send(
        to=to,
        template=template,
        data=_common(case) | {key: _plain(value) for key, value in data.items()},
        subject=("case", str(case.pk)),
        at=at,
    )


def applicants(case: Case, now: datetime) -> list[notices.Recipient]:
    """The applicant himself or, while a minor, his guardians; or those who may act for the firm in this item now."""
    persons = people.queries.at_work.guardians_of(case.applicant_person_id, now)
    if case.applicant_person_id is not None and not persons:
        persons = [case.applicant_person_id]
    if case.applicant_entity_id is not None:
        persons = people.queries.at_work.agents_for(case.applicant_entity_id, case.item_key, now)
        persons = persons or ([case.agent_person_id] if case.agent_person_id is not None else [])
    return [notices.Person(person) for person in persons]


def alert_supervision(work: Work, template: str, **data: Any) -> None:
    """A message to those who watch over all units' time limits (效能监察)."""
    tell(work.case, [notices.Role(SUPERVISOR)], template, work.now, **data)


def alert_unit(work: Work, template: str, **data: Any) -> None:
    """A message to those who look after the unit's cases."""
    tell(work.case, [notices.Role("unit_admin", unit_id=work.case.unit_id)], template, work.now, **data)


def _common(case: Case) -> dict[str, str]:
    return {"case": str(case.pk), "short_no": case.short_no or "", "item": case.item_title, "unit": case.unit_name}


def _plain(value: Any) -> str:
    return clock.show_due(value) if isinstance(value, datetime) else str(value)
