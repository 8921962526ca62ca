"""What the worker does for the room."""

from yipan.platform import calendar

from .actions import turning, upstream


def turn() -> int:
    """Versions whose day has come."""
    return turning.turn(calendar.now())


def pull() -> None:
    """What the province published since; the next hour asks again when it does not answer."""
    upstream.pull(calendar.now())
