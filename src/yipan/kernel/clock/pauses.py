"""Pauses of a clock: half-open intervals [start, end) of instants, united before anything is subtracted.

Uniting first is what keeps nested and overlapping suspensions (two special procedures at once) from being subtracted
twice. A day-counted limit leaves out every day that a pause touches: the day it opens and the day it closes too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .time import INSTANT, aware, day_of, end_of_day, midnight


@dataclass(frozen=True, slots=True)
class Pause:
    """From `start` up to but not including `end`; `end` None while it is open."""

    start: datetime
    end: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        aware(self.start)
        if self.end is not None and aware(self.end) < aware(self.start):
            raise ValueError("暂停的结束时间早于开始时间")

    @classmethod
    def of_days(cls, first: date, last: date, reason: str = "") -> "Pause":
        """A pause over whole days, both included."""
        return cls(midnight(first), end_of_day(last), reason)


@dataclass(frozen=True, slots=True)
class Span:
    """A united pause; `reasons` are those of the pauses it was made of, in order of their start."""

    start: datetime
    end: datetime | None
    reasons: tuple[str, ...] = ()

    @property
    def first_day(self) -> date:
        return day_of(self.start)

    @property
    def last_day(self) -> date | None:
        """Last day touched: the day of `end`, or the day before when it ends at exactly 00:00; None while open."""
        return None if self.end is None else (aware(self.end) - INSTANT).date()

    def touches(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def unite(pauses: Iterable[Pause]) -> list[Span]:
    """Disjoint spans in order of time; empty pauses vanish, touching ones become one."""
    result: list[Span] = []
    for pause in sorted(pauses, key=lambda p: (p.start, p.end is None, p.end or p.start)):
        if pause.end is not None and pause.end == pause.start:
            continue
        reasons = (pause.reason,) if pause.reason else ()
        last = result[-1] if result else None
        if last is not None and (last.end is None or pause.start <= last.end):
            end = None if last.end is None or pause.end is None else max(last.end, pause.end)
            merged = last.reasons + tuple(r for r in reasons if r not in last.reasons)
            result[-1] = Span(last.start, end, merged)
        else:
            result.append(Span(pause.start, pause.end, reasons))
    return result


def touched_days(pauses: Iterable[Pause], first: date, last: date) -> set[date]:
    """Days of [first, last] that some pause touches."""
    days: set[date] = set()
    for span in unite(pauses):
        begin, end = max(first, span.first_day), min(last, span.last_day or last)
        days.update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return days
