"""Who may take a task: keys of people and of roles in units, and the rules nobody may pass.

A *holder key* names somebody a task can wait for: ``p:7`` person 7, ``r:reviewer@market`` whoever holds the role in the
unit, ``r:reviewer@*`` whoever holds it in the whole district, ``a:7`` and ``e:9`` the applicant (person, firm).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

APPLICANT = "applicant"
EVERYWHERE = "*"


def person_key(person_id: int) -> str:
    return f"p:{person_id}"


def role_key(role: str, unit: str) -> str:
    return f"r:{role}@{unit}"


def named(keys: Iterable[str]) -> tuple[list[int], list[tuple[str, str]]]:
    """The persons and the (role, unit) pairs behind holder keys. The keys of the whole district only repeat that of a
    unit, and are left out."""
    persons: list[int] = []
    roles: list[tuple[str, str]] = []
    for key in keys:
        kind, _, rest = key.partition(":")
        if kind == "p":
            persons.append(int(rest))
        elif kind == "r":
            role, _, unit = rest.rpartition("@")
            if unit != EVERYWHERE:
                roles.append((role, unit))
    return persons, roles


def keys_of_task(
    *,
    person_id: int | None,
    persons: Collection[int],
    roles: Collection[str],
    unit: str,
    applicant_person: int | None,
    applicant_entity: int | None,
) -> list[str]:
    """The keys under which an open task is listed."""
    if person_id is not None:
        return [person_key(person_id)]
    if persons:
        return [person_key(person) for person in dict.fromkeys(persons)]
    keys: list[str] = []
    for role in roles:
        if role == APPLICANT:
            keys += [f"a:{applicant_person}"] if applicant_person is not None else []
            keys += [f"e:{applicant_entity}"] if applicant_entity is not None else []
        else:
            keys += [role_key(role, unit), role_key(role, EVERYWHERE)]
    return list(dict.fromkeys(keys))


@dataclass(frozen=True, slots=True)
class Reach:
    """Under which keys an actor finds work: his own, and those of people he stands in for (key → their ids)."""

    person_id: int | None
    own: frozenset[str]
    deputised: Mapping[str, frozenset[int]]

    @property
    def all(self) -> list[str]:
        return sorted(self.own | self.deputised.keys())

    def behalf(self, keys: Iterable[str], excluded: Collection[int]) -> "Access":
        """Whether the actor may take a task listed under ``keys``, and for whom.

        Separation of duties binds the deputy twice: neither he nor the person he stands in for may be excluded.
        """
        keys = list(keys)
        mine = self.person_id
        if mine is not None and mine in excluded:
            reachable = any(key in self.own or key in self.deputised for key in keys)
            return Access(False, None, "separation" if reachable else "not_yours")
        if any(key in self.own for key in keys):
            return Access(True, None)
        persons = sorted({person for key in keys for person in self.deputised.get(key, ())})
        allowed = [person for person in persons if person not in excluded]
        if allowed:
            return Access(True, allowed[0])
        return Access(False, None, "separation" if persons else "not_yours")


@dataclass(frozen=True, slots=True)
class Access:
    """``on_behalf``: the absent person a deputy acts for. ``why``: separation or not_yours when not allowed."""

    allowed: bool
    on_behalf: int | None
    why: str = ""
