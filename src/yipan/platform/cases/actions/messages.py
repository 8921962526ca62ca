"""What people are told when something happens to a case."""

from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform import notices, people

from .core import Work

SUPERVISOR = "efficiency_supervisor"


def tell_applicant(work: Work, template: str, **data: Any) -> None:
    """A message to the applicant, or to those who may act for the firm in this item now, on the channels they chose;
    somebody without account (at a window) gets the SMS only."""
    case = work.case
    persons = [case.applicant_person_id] if case.applicant_person_id is not None else []
    if case.applicant_entity_id is not None:
        persons = people.queries.at_work.agents_for(case.applicant_entity_id, case.item_key, work.now)
        persons = persons or ([case.agent_person_id] if case.agent_person_id is not None else [])
    if not persons:
        return
    notices.send(
        to=[notices.Person(person) for person in persons],
        template=template,
        data=_common(work) | {key: _plain(value) for key, value in data.items()},
        subject=("case", str(case.pk)),
        at=work.now,
    )


def alert_supervision(work: Work, template: str, **data: Any) -> None:
    """A message to those who watch over all units' time limits (效能监察)."""
    notices.send(
        to=notices.Role(SUPERVISOR),
        template=template,
        data=_common(work) | {key: _plain(value) for key, value in data.items()},
        subject=("case", str(work.case.pk)),
        at=work.now,
    )


def alert_unit(work: Work, template: str, **data: Any) -> None:
    """A message to those who look after the unit's cases."""
    notices.send(
        to=notices.Role("unit_admin", unit_id=work.case.unit_id),
        template=template,
        data=_common(work) | {key: _plain(value) for key, value in data.items()},
        subject=("case", str(work.case.pk)),
        at=work.now,
    )


def _common(work: Work) -> dict[str, str]:
    case = work.case
    return {"case": str(case.pk), "short_no": case.short_no or "", "item": case.item_title, "unit": case.unit_name}


def _plain(value: Any) -> str:
    return clock.show_due(value) if isinstance(value, datetime) else str(value)
