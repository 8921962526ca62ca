"""The registry of rows that name persons: rooms to the right fill it, so that a person known twice can be joined.

    people.joining.register("cases", move)

``move(keep: int, drop: int) -> int`` lets every row of person ``drop`` name person ``keep``, in the caller's
transaction, and says how many there were.
"""

from collections.abc import Callable

Move = Callable[[int, int], int]
_moves: dict[str, Move] = {}


def register(name: str, move: Move) -> None:
    """Add a room's rows under its name; the same name again replaces them."""
    _moves[name] = move


def unregister(name: str) -> None:
    _moves.pop(name, None)


def move_all(keep: int, drop: int) -> dict[str, int]:
    """How many rows each room moved."""
    return {name: move(keep, drop) for name, move in _moves.items()}
