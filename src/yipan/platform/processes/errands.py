"""Kinds of errands: work other rooms and outside systems put into the one to-do. Rooms register theirs at start-up.

errands.register("export.approval", "导出审批")
processes.post_errand("export.approval", 7, title="…", url="/…", to=[errands.Right("export.approve", "market")], …)
processes.close_errand("export.approval", 7, actor=…, at=…, outcome="已批准")
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .domain import holders

_kinds: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Person:
    """One person, by id; a deputy finds it while he is away."""

    id: int


@dataclass(frozen=True, slots=True)
class Role:
    """Whoever holds a role in a unit ("" or without: in any)."""

    key: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """Whoever holds a right in a unit, through any role that gives it."""

    name: str
    unit: str = ""


Receiver = Person | Role | Right


def register(source: str, title: str) -> None:
    """Name a kind of errand as people read it in the column 环节."""
    _kinds[source] = title


def kinds() -> Mapping[str, str]:
    return _kinds


def title_of(source: str) -> str:
    return _kinds.get(source, source)


def keys_of(receiver: Receiver, roles_with: Mapping[str, list[str]]) -> list[str]:
    """Holder keys; ``roles_with``: right → keys of the roles that give it."""
    if isinstance(receiver, Person):
        return [holders.person_key(receiver.id)]
    roles = [receiver.key] if isinstance(receiver, Role) else roles_with.get(receiver.name, [])
    units = [receiver.unit, holders.EVERYWHERE] if receiver.unit else ["", holders.EVERYWHERE]
    return [holders.role_key(role, unit) for role in roles for unit in units]
