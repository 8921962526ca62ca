"""Reads of the calendar room, as frozen rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yipan.kernel.clock import Calendar, parse_year, show_days

from .models import CalendarYear


@dataclass(frozen=True, slots=True)
class YearRow:
    """One line of the list: the revision in force of a year."""

    year: int
    revision: int
    source: str
    provisional: bool
    working_days: int
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRow:
    revision: int
    source: str
    reason: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the month grid; `mark` is 休 or 班 where the notice changes the day, `empty` pads the first week."""

    day: int
    mark: str
    name: str
    working: bool
    empty: bool = False


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday with its days as short text: 10月1日至7日."""

    name: str
    off: str
    work: str


@dataclass(frozen=True, slots=True)
class YearPage:
    year: int
    source: str
    provisional: bool
    working_days: int
    holidays: tuple[HolidayRow, ...]
    months: tuple[tuple[tuple[DayCell, ...], ...], ...]
    revisions: tuple[RevisionRow, ...]


def years() -> list[YearRow]:
    """The revision in force of every year, newest year first."""
    rows: dict[int, CalendarYear] = {}
    for row in CalendarYear.objects.order_by("-year", "-revision"):
        rows.setdefault(row.year, row)
    return [
        YearRow(
            year=row.year, revision=row.revision, source=row.source, provisional=row.provisional,
            working_days=Calendar((parse_year(row.data),)).working_days_of(row.year),
            actor_name=row.actor_name, at=row.at,
        )
        for row in rows.values()
    ]  # fmt: skip


def missing_years(today: date) -> list[int]:
    """Years that time limits will soon need and that have no calendar: this year, and the next from October on."""
    have = set(CalendarYear.objects.values_list("year", flat=True))
    needed = [today.year] + ([today.year + 1] if today.month >= 10 else [])
    return [year for year in needed if year not in have]


def was_corrected_by_hand(year: int) -> bool:
    """Whether the revision in force came from an administrator and not from a pack."""
    last = CalendarYear.objects.filter(year=year).order_by("-revision").first()
    return last is not None and last.revision > 1 and not last.reason.startswith("安装内容包")


def page(year: int) -> YearPage | None:
    """Everything about one year; None when it has no calendar."""
    rows = list(CalendarYear.objects.filter(year=year).order_by("-revision"))
    if not rows:
        return None
    one = parse_year(rows[0].data)
    calendar = Calendar((one,))
    return YearPage(
        year=year,
        source=one.source,
        provisional=one.provisional,
        working_days=calendar.working_days_of(year),
        holidays=tuple(HolidayRow(h.name, show_days(h.off), show_days(h.work)) for h in one.holidays),
        months=tuple(_month(calendar, year, month) for month in range(1, 13)),
        revisions=tuple(RevisionRow(r.revision, r.source, r.reason, r.actor_name, r.at) for r in rows),
    )


def _month(calendar: Calendar, year: int, month: int) -> tuple[tuple[DayCell, ...], ...]:
    """Weeks of a month, Monday first."""
    blank = DayCell(0, "", "", working=False, empty=True)
    day = date(year, month, 1)
    cells = [blank] * day.weekday()
    while day.month == month:
        off, work = calendar.holiday_name(day), calendar.make_up_name(day)
        mark = "休" if off else "班" if work else ""
        cells.append(DayCell(day.day, mark, off or work, calendar.is_working_day(day)))
        day += timedelta(days=1)
    cells += [blank] * (-len(cells) % 7)
    return tuple(tuple(cells[i : i + 7]) for i in range(0, len(cells), 7))
