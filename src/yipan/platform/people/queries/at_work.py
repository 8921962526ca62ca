"""Short questions of rooms that give people work: is he an agent, is he there, what is his name."""

from collections.abc import Collection
from datetime import datetime

from ..access import guarding, in_force
from ..models import Absence, Account, Agency, Guardianship, Holding, Person
from . import _valid, calendar_day


def is_agent(person_id: int | None, entity_id: int, at: datetime, item_key: str = "") -> bool:
    """Whether a person may act for a firm on that day (in a service item, when one is named)."""
    if person_id is None:
        return False
    held = Agency.objects.filter(in_force(calendar_day(at)), person_id=person_id, entity_id=entity_id)
    return any(not items or not item_key or item_key in items for items in held.values_list("items", flat=True))


def agents_for(entity_id: int, item_key: str, at: datetime) -> list[int]:
    """Persons who may act for a firm in a service item on that day; one statement."""
    held = Agency.objects.filter(in_force(calendar_day(at)), entity_id=entity_id).order_by("id")
    return [person for person, items in held.values_list("person_id", "items") if not items or item_key in items]


def agents_of(entity_ids: Collection[int], at: datetime) -> dict[int, frozenset[int]]:
    """Who acts for each of some firms on that day, in whatever item; one statement, none without firms."""
    found: dict[int, set[int]] = {}
    if entity_ids:
        held = Agency.objects.filter(in_force(calendar_day(at)), entity_id__in=list(entity_ids))
        for entity, person in held.values_list("entity_id", "person_id"):
            found.setdefault(entity, set()).add(person)
    return {entity: frozenset(persons) for entity, persons in found.items()}


def guardians_by_ward(person_ids: Collection[int], at: datetime) -> dict[int, frozenset[int]]:
    """Who acts for each of some minors on that day; one statement, none without people."""
    found: dict[int, set[int]] = {}
    if person_ids:
        held = Guardianship.objects.filter(guarding(calendar_day(at)), ward_id__in=list(person_ids))
        for ward, guardian in held.values_list("ward_id", "guardian_id"):
            found.setdefault(ward, set()).add(guardian)
    return {ward: frozenset(guardians) for ward, guardians in found.items()}


def guardians_of(person_id: int | None, at: datetime) -> list[int]:
    """Who acts for a minor on that day; nobody once he is of age."""
    if person_id is None:
        return []
    held = Guardianship.objects.filter(guarding(calendar_day(at)), ward_id=person_id).order_by("id")
    return list(held.values_list("guardian_id", flat=True))


def present(person_ids: Collection[int], at: datetime) -> set[int]:
    """Those of these people who hold a post with an active account on that day and are not on leave; one statement."""
    today = calendar_day(at)
    away = Absence.objects.filter(begins__lte=today, ends__gte=today, cancelled_at=None).values("person_id")
    staff = Account.objects.filter(kind=Account.Kind.STAFF, is_active=True).values("person_id")
    held = Holding.objects.filter(_valid(today), person_id__in=list(person_ids))
    return set(held.filter(person_id__in=staff).exclude(person_id__in=away).values_list("person_id", flat=True))


def persons_of_accounts(account_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Staff behind accounts: account id -> (person id, name); one statement."""
    rows = Account.objects.filter(pk__in=list(account_ids), kind=Account.Kind.STAFF, is_active=True)
    return {pk: (person, name) for pk, person, name in rows.values_list("pk", "person_id", "person__name")}


def names_of_persons(person_ids: Collection[int]) -> dict[int, str]:
    """Names by person id; one statement."""
    return dict(Person.objects.filter(pk__in=list(person_ids)).values_list("pk", "name"))
