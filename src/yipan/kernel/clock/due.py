"""From limit, start, pauses and extensions to the due instant, with its explanation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from . import explain
from .calendar import Calendar
from .explain import Line
from .limits import Extension, Limit, Unit, add_months
from .pauses import Pause, Span, unite
from .time import ONE_DAY, aware, day_of, end_of_day, last_day_before, show_due

T = TypeVar("T")


@dataclass(frozen=True)
class Due:
    """`at` is the first instant that is late; None while a pause is open and no `as_of` was given.

    `counted` are the days counted (empty for hours and fixed dates); `total` is the limit with its extensions in days
    or hours, `missing` what was not yet counted when an open pause stopped the clock; `paused`: a pause is open."""

    limit: Limit
    start: datetime
    at: datetime | None
    counted: tuple[date, ...]
    total: int
    missing: int
    paused: bool
    lines: tuple[Line, ...]

    @property
    def explanation(self) -> tuple[Line, ...]:
        return self.lines

    @property
    def last_day(self) -> date | None:
        """The day whose 24:00 ends the limit (for hours: the day in which it ends)."""
        return None if self.at is None else last_day_before(self.at)

    @property
    def shown(self) -> str:
        return "计时暂停" if self.at is None else show_due(self.at)

    def is_late(self, at: datetime) -> bool:
        """Whether something done at the instant is late: 23:59:59 of the last day is not, 00:00 of the next is."""
        return self.at is not None and aware(at) >= self.at


class _Walk:
    """Counts a limit and its extensions one after the other over days and instants."""

    def __init__(self, start: datetime, spans: list[Span], calendar: Calendar) -> None:
        self.calendar = calendar
        self.spans = spans
        self.day = day_of(start)  # the last day used up; counting goes on with the next
        self.at: datetime = aware(start)
        self.counted: list[date] = []
        self.left_out: dict[int, list[date]] = {i: [] for i in range(len(spans))}
        self.total = 0
        self.missing = 0

    def span_at(self, day: date) -> int | None:
        for i, span in enumerate(self.spans):
            if span.touches(day):
                return i
        return None

    def add(self, amount: int, unit: Unit) -> bool:
        """Use up the amount; False when an open pause stops the clock first."""
        if unit in ("months", "years"):
            amount = (add_months(self.day, amount * (12 if unit == "years" else 1)) - self.day).days
            unit = "calendar_days"
        self.total += amount
        return self.hours(amount) if unit == "hours" else self.days(amount, working=unit == "working_days")

    def days(self, amount: int, *, working: bool) -> bool:
        if amount == 0:
            self.day = self.calendar.next_working_day(self.day) if working else self.day
        left = amount
        while left:
            day = self.day + ONE_DAY
            if not working or self.calendar.is_working_day(day):
                i = self.span_at(day)
                if i is None:
                    self.counted.append(day)
                    left -= 1
                elif self.spans[i].end is None:
                    self.missing += left
                    return False
                else:
                    self.left_out[i].append(day)
            self.day = day
        self.at = end_of_day(self.day)
        return True

    def hours(self, amount: int) -> bool:
        left = timedelta(hours=amount)
        for span in self.spans:
            if span.end is not None and span.end <= self.at:
                continue
            free = aware(span.start) - self.at
            if free >= left:
                break
            if free > timedelta(0):
                left -= free
            if span.end is None:
                self.missing += -(-left // timedelta(hours=1))
                return False
            self.at = aware(span.end)
        self.at += left
        self.day = last_day_before(self.at)
        return True


def due(
    limit: Limit,
    start: datetime,
    pauses: Iterable[Pause] = (),
    extensions: Sequence[Extension] = (),
    calendar: Calendar | None = None,
    *,
    event: str = "受理",
    as_of: datetime | None = None,
) -> Due:
    """When the limit ends that began with the event at `start`.

    `event` is the word for what started the clock. An open pause leaves `at` empty; with `as_of` the date is
    estimated as if the pause ended then (`paused` stays true). Raises CalendarMissing when the count needs a year
    that has no calendar; ValueError for times without zone."""
    calendar = calendar or Calendar(())
    start = aware(start)
    spans = unite(pauses)
    open_span = next((span for span in spans if span.end is None), None)
    if open_span is not None and as_of is not None:
        spans[-1] = Span(open_span.start, max(aware(as_of), aware(open_span.start)), open_span.reasons)
    walk = _Walk(start, spans, calendar)
    if limit.day is not None:
        walk.day, walk.at, going = limit.day, end_of_day(limit.day), True
    else:
        going = walk.add(limit.amount, limit.unit)
    for extension in extensions:
        if going:
            going = walk.add(extension.amount, extension.unit)
        else:
            walk.total += extension.amount
            walk.missing += extension.amount
    rolled = None
    if going and limit.roll and limit.is_day_based and not calendar.is_working_day(walk.day):
        rolled = walk.day
        walk.day = calendar.next_working_day(walk.day)
        walk.at = end_of_day(walk.day)
    lines = _lines(limit, start, extensions, walk, event, rolled, going, estimated=open_span is not None)
    return Due(
        limit=limit,
        start=start,
        at=walk.at if going else None,
        counted=tuple(walk.counted),
        total=walk.total,
        missing=walk.missing,
        paused=open_span is not None,
        lines=tuple(lines),
    )


def _lines(
    limit: Limit,
    start: datetime,
    extensions: Sequence[Extension],
    walk: _Walk,
    event: str,
    rolled: date | None,
    going: bool,
    *,
    estimated: bool,
) -> list[Line]:
    first = day_of(start)
    lines: list[Line] = []
    if limit.unit == "hours":
        lines.append(Line("start", f"{start:%Y-%m-%d %H:%M} {event}，即时起算", (first,)))
    elif limit.day is None:
        lines.append(explain.start_line(event, first))
    lines.append(explain.limit_line(limit))
    by_working_days = limit.unit == "working_days" or any(e.unit == "working_days" for e in extensions)
    unit = "working_days" if by_working_days else limit.unit
    lines += explain.counted_lines(walk.calendar, unit, walk.counted)
    if by_working_days:
        lines += explain.skipped_lines(walk.calendar, first + ONE_DAY, walk.day)
    for i, span in enumerate(walk.spans):
        if limit.day is None and _matters(span, start, walk, by_the_hour=limit.unit == "hours"):
            lines.append(explain.pause_line(span, walk.left_out[i], unit))
    lines += [explain.extension_line(extension) for extension in extensions]
    if rolled is not None:
        lines.append(Line("roll", f"末日 {rolled.isoformat()} 为休息日，顺延至其后第一个工作日", (rolled,)))
    if by_working_days:
        for year in range(first.year, walk.day.year + 1):
            if walk.calendar.is_provisional(year):
                lines.append(Line("provisional", f"{year} 年放假安排尚未公布，按暂定日历计算，公布后可能调整"))
    if going:
        lines.append(explain.due_line(walk.at, provisional=estimated))
    else:
        lines.append(Line("due", "计时暂停，恢复后重新确定到期日"))
    return lines


def _matters(span: Span, start: datetime, walk: _Walk, *, by_the_hour: bool) -> bool:
    """Whether a pause took something from the count: hours of any length, or a day after that of the event."""
    if by_the_hour:
        return (span.end is None or span.end > start) and (bool(walk.missing) or aware(span.start) < walk.at)
    return (span.last_day is None or span.last_day > day_of(start)) and span.first_day <= walk.day + ONE_DAY


def effective(versions: Sequence[tuple[date, T]], on: date) -> T | None:
    """The version in force on a day: the last whose first day is not after it. A case keeps the version of the day it
    was accepted, however often the item is published again (sheet 22, scenario h6)."""
    best: tuple[date, T] | None = None
    for version in versions:
        if version[0] <= on and (best is None or version[0] >= best[0]):
            best = version
    return best[1] if best else None
