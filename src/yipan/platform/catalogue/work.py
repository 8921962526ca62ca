"""What the worker does for the room."""

from yipan.platform import calendar

from .actions import turning


def turn() -> int:
    """Versions whose day has come."""
    return turning.turn(calendar.now())
