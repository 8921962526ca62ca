"""Bans: imposed by a decision on false materials or fraud, looked at when an application begins and when it is handed
in."""

from datetime import datetime

from yipan.kernel.clock import day_of
from yipan.platform import records

from .. import items
from ..domain import bans
from ..domain.applicants import Applicant
from ..models import ApplicationBan, Case
from .core import CaseProblem, Work, work_on


def impose(work: Work, ground: str, *, number: str) -> ApplicationBan | None:
    """After the decision of this moment; None where the item is no matter of public safety, health or life."""
    case = work.case
    if not items.terms(case).public_safety:
        return None
    today = day_of(work.now)
    return ApplicationBan.objects.create(
        case=case,
        person_id=case.applicant_person_id if case.applicant_entity_id is None else None,
        entity_id=case.applicant_entity_id,
        catalog_code=_code(case.item_code),
        ground=ground,
        number=number,
        since=today,
        until=bans.last_day(today, ground),
    )


def impose_on(case_id: int, ground: str, *, number: str, now: datetime) -> ApplicationBan | None:
    """After a decision elsewhere on the result of a case (its licence was revoked as obtained by fraud), once."""
    with work_on(case_id, records.SYSTEM, now) as work:
        known = ApplicationBan.objects.filter(case=work.case, ground=ground).first()
        return known or impose(work, ground, number=number)


def check(item_code: str, *, person_id: int | None, entity_id: int | None, now: datetime) -> None:
    """Raises CaseProblem with the last day and the reason while a ban holds for this applicant and this licence."""
    found = ApplicationBan.objects.filter(catalog_code=_code(item_code), until__gte=day_of(now))
    found = found.filter(entity_id=entity_id) if entity_id is not None else found.filter(person_id=person_id)
    ban = found.first()
    if ban is not None:
        raise CaseProblem(bans.words(ban.ground, ban.until, ban.number))


def check_applicant(item_code: str, applicant: Applicant, now: datetime) -> None:
    check(item_code, person_id=applicant.person_id, entity_id=applicant.entity_id, now=now)


def check_case(case: Case, now: datetime) -> None:
    person = case.applicant_person_id if case.applicant_entity_id is None else None
    check(case.item_code, person_id=person, entity_id=case.applicant_entity_id, now=now)


def _code(item_code: str) -> str:
    """The base code (基本编码) within the code of a handling item: credit code, level, then its twelve digits."""
    return item_code[19:31]
