"""Under which keys an actor finds work: his roles and posts, and those of absent people he stands in for."""

from collections.abc import Iterable
from datetime import datetime

from yipan.platform import people
from yipan.platform.people.queries import at_work
from yipan.platform.records import Actor

from .domain import holders
from .domain.holders import Reach


def applies_for(entity_id: int | None, persons: Iterable[int | None], at: datetime, *, person_id: int | None) -> bool:
    """Whether one of these people acts for the firm or the minor that applies: nobody handles such an application."""
    if entity_id is None:
        return bool(set(persons) & set(at_work.guardians_of(person_id, at)))
    return any(at_work.is_agent(person, entity_id, at) for person in set(persons) if person is not None)


def reach_of(actor: Actor) -> Reach:
    """From the actor's grants (loaded once a request): one key per role and unit, district roles reach everywhere.

    A role without unit (tasks of no unit) is found by everybody who holds it.
    """
    if actor.person_id is None:
        return Reach(None, frozenset(), {})
    own: set[str] = {holders.person_key(actor.person_id)}
    deputised: dict[str, set[int]] = {}
    for grant in people.access.grants_for(actor):
        keys = [holders.role_key(grant.role_key, unit) for unit in _units(grant)]
        if grant.deputy_for is None:
            own.update(keys)
        else:
            for key in (*keys, holders.person_key(grant.deputy_for)):
                deputised.setdefault(key, set()).add(grant.deputy_for)
    return Reach(actor.person_id, frozenset(own), {key: frozenset(ids) for key, ids in deputised.items()})


def _units(grant: "people.access.Grant") -> set[str]:
    """The unit keys a grant reaches, with those merged into its unit; ``*`` for the whole district, "" for none."""
    if grant.scope == "district":
        return {holders.EVERYWHERE, ""}
    units = {"", grant.unit_key}
    if grant.unit_id is not None:
        units |= set(people.access.units_behind(grant.unit_id, grant.scope == "subordinate").values())
    return units


def names_of_absent(actor: Actor, at: datetime) -> dict[int, str]:
    """Whom the actor stands in for on that day: person id → name."""
    return people.queries.absent_people_for(actor.person_id, at) if actor.person_id is not None else {}


def applicant_may(actor: Actor, person_id: int | None, entity_id: int | None, at: datetime, item_key: str = "") -> bool:
    """Whether a citizen is the applicant himself, the guardian of a minor, or an agent of the firm for this item;
    without a recorded applicant the room that owns the subject has checked it."""
    if person_id is None and entity_id is None:
        return True
    if entity_id is not None:  # the person who began it for a firm may have been dismissed since
        return at_work.is_agent(actor.person_id, entity_id, at, item_key)
    if actor.person_id is None:
        return False
    return actor.person_id == person_id or actor.person_id in at_work.guardians_of(person_id, at)
