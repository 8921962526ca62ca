"""The registry of open work that can be handed over: rooms to the right fill it (to-dos, drafts of opinions, …).

    people.handover.register("待办任务", count, transfer)

``count(person_id) -> int``: how much is open. ``transfer(*, person_id, receiver, actor, at, reason) -> list[Line]``
moves all of it to ``receiver`` (queries.Holder) in the caller's transaction and says what was moved. Nothing open is no
error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One matter on the list that both sign: its number, what it is, and a note (state, due date)."""

    number: str
    title: str
    note: str = ""


Count = Callable[[int], int]
Transfer = Callable[..., list[Line]]
_registers: dict[str, tuple[Count, Transfer]] = {}


def register(name: str, count: Count, transfer: Transfer) -> None:
    """Add a kind of work under its Chinese name; the same name again replaces it."""
    _registers[name] = (count, transfer)


def unregister(name: str) -> None:
    _registers.pop(name, None)


def counts(person_id: int) -> list[tuple[str, int]]:
    """(kind of work, how much is open) for everything registered."""
    return [(name, count(person_id)) for name, (count, _) in _registers.items()]


def transfer_all(**facts: Any) -> list[tuple[str, Line]]:
    """Move everything; (kind of work, line) in the order of registration."""
    return [(name, line) for name, (_, transfer) in _registers.items() for line in transfer(**facts)]
