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


# Events: a list was made and waits for its signatures; one of those who sign did.
MADE, SIGNED = "person.handed_over", "person.handover_signed"
Count = Callable[[int], int]
Transfer = Callable[..., list[Line]]
_registers: dict[str, tuple[Count, Transfer]] = {}
_not_binding: set[str] = set()


def register(name: str, count: Count, transfer: Transfer, *, binding: bool = True) -> None:
    """Add a kind of work under its Chinese name; the same name again replaces it. ``binding``: nobody leaves his last
    post before it is handed over."""
    _registers[name] = (count, transfer)
    (_not_binding.discard if binding else _not_binding.add)(name)


def unregister(name: str) -> None:
    _registers.pop(name, None)


def counts(person_id: int) -> list[tuple[str, int]]:
    """(kind of work, how much is open) for everything registered."""
    return [(name, count(person_id)) for name, (count, _) in _registers.items()]


def open_work(person_id: int) -> list[tuple[str, int]]:
    """What keeps somebody from leaving: binding kinds of which anything is open."""
    wanted = [(name, count) for name, (count, _) in _registers.items() if name not in _not_binding]
    return [(name, number) for name, count in wanted if (number := count(person_id))]


def transfer_all(**facts: Any) -> list[tuple[str, Line]]:
    """Move everything; (kind of work, line) in the order of registration."""
    return [(name, line) for name, (_, transfer) in _registers.items() for line in transfer(**facts)]
