"""Working-day calendars as data: one record per year, taken from the State Council's holiday notice.

Monday to Friday are working days unless the notice makes them holidays; Saturdays and Sundays are not, unless the
notice makes them make-up working days (调休上班). A notice may also move days of the December before its year.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from yipan.kernel.packs import Document, Fields, Finding, PackError, read_yaml

from .time import ONE_DAY


class CalendarError(Exception):
    """A question the calendars cannot answer."""


class CalendarMissing(CalendarError):
    """No calendar for the year: the notice appears each October to December, nothing is guessed before."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"缺少 {year} 年工作日历，无法计算期限。请管理员在“工作日历”中导入国务院办公厅放假通知后重试。"
        )


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday of the notice: its days off and the weekend days worked in exchange."""

    name: str
    off: tuple[date, ...]
    work: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """`provisional` marks a year whose notice is not out yet (fixed-date holidays only); dates over it say so."""

    year: int
    holidays: tuple[Holiday, ...]
    source: str = ""
    published: date | None = None
    provisional: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The shape that `parse_year` and the calendar files use, with ISO dates (JSON-safe)."""
        return {
            "year": self.year,
            "source": self.source,
            "published": self.published.isoformat() if self.published else None,
            "provisional": self.provisional,
            "holidays": [
                {"name": h.name, "off": [d.isoformat() for d in h.off], "work": [d.isoformat() for d in h.work]}
                for h in self.holidays
            ],
        }


def _days(fields: Fields, key: str) -> tuple[date, ...]:
    """A list of days; each is a date, or a text 2021-10-01..2021-10-07."""
    result: list[date] = []
    value = fields.raw(key) or []
    if not isinstance(value, list):
        fields.fault(f"“{key}”应当是日期列表", key)
        return ()
    for i, entry in enumerate(value):
        first, _, last = str(entry).partition("..")
        try:
            begin = date.fromisoformat(first.strip())
            end = date.fromisoformat(last.strip()) if last else begin
        except ValueError:
            fields.fault(f"“{entry}”不是日期，应写作 2021-10-01 或 2021-10-01..2021-10-07", key, i)
            continue
        if not 0 <= (end - begin).days <= 31:
            fields.fault(f"日期区间“{entry}”前后颠倒或过长", key, i)
            continue
        result.extend(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return tuple(result)


def _check_holiday(fields: Fields, year: int, holiday: Holiday, seen: dict[date, str]) -> None:
    earliest, latest = date(year - 1, 12, 1), date(year, 12, 31)
    for key, days in (("off", holiday.off), ("work", holiday.work)):
        for day in days:
            if not earliest <= day <= latest:
                fields.fault(f"{day} 不属于 {year} 年（上年 12 月除外）", key)
            if day in seen:
                fields.fault(f"{day} 已列在“{seen[day]}”中，同一天只能出现一次", key)
            seen[day] = f"{holiday.name}{'休息' if key == 'off' else '上班'}"
    for day in holiday.work:
        if day.weekday() < 5:
            fields.fault(f"{day} 本来就是工作日（周一至周五），不应列为调休上班日", "work")


def parse_year(data: Mapping[str, Any] | Document, *, path: str = "") -> CalendarYear:
    """A year's calendar from its data: year, source, published, provisional, holidays[name, off[], work[]].

    Raises PackError with every fault (place, reason): double days, weekdays as make-up days, days of other years."""
    document = data if isinstance(data, Document) else Document(path or "calendar", dict(data), {(): 1})
    fields = document.fields()
    year = fields.integer("year")
    if fields.is_map and not 1949 <= year <= 2199:
        fields.fault("“year”应当是四位年份", "year")
        raise PackError(fields.findings)
    published = fields.raw("published")
    if isinstance(published, str):
        try:
            published = date.fromisoformat(published)
        except ValueError:
            fields.fault("“published”不是日期", "published")
            published = None
    holidays: list[Holiday] = []
    seen: dict[date, str] = {}
    for row in fields.maps("holidays"):
        holiday = Holiday(row.text("name"), _days(row, "off"), _days(row, "work"))
        row.nothing_else()
        _check_holiday(row, year, holiday, seen)
        holidays.append(holiday)
    result = CalendarYear(
        year=year,
        holidays=tuple(holidays),
        source=fields.text("source"),
        published=published if isinstance(published, date) else None,
        provisional=fields.flag("provisional"),
    )
    fields.nothing_else()
    if not holidays and not result.provisional:
        fields.fault("没有任何放假安排；尚未公布通知的年份请写 provisional: true")
    if fields.findings:
        raise PackError(fields.findings)
    return result


@dataclass(frozen=True)
class Calendar:
    """The calendars of several years; immutable. Two calendars with equal years are equal."""

    years: tuple[CalendarYear, ...]
    _off: dict[date, str] = field(init=False, repr=False, compare=False)
    _work: dict[date, str] = field(init=False, repr=False, compare=False)
    _working: dict[int, list[int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        off: dict[date, str] = {}
        work: dict[date, str] = {}
        for one in sorted(self.years, key=lambda y: y.year):  # a later notice amends the December before it
            for holiday in one.holidays:
                for day in holiday.off:
                    off[day] = holiday.name
                    work.pop(day, None)
                for day in holiday.work:
                    work[day] = holiday.name
                    off.pop(day, None)
        working = {}
        for one in self.years:
            first, last = date(one.year, 1, 1).toordinal(), date(one.year, 12, 31).toordinal()
            days = map(date.fromordinal, range(first, last + 1))
            working[one.year] = [d.toordinal() for d in days if d in work or (d.weekday() < 5 and d not in off)]
        if len(working) != len(self.years):
            raise CalendarError("同一年份给出了两份工作日历")
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_work", work)
        object.__setattr__(self, "_working", working)

    @classmethod
    def from_years(cls, years: Iterable[CalendarYear | Mapping[str, Any]]) -> "Calendar":
        """From records or their data (the shape of the calendar files). Raises PackError for bad data."""
        return cls(tuple(one if isinstance(one, CalendarYear) else parse_year(one) for one in years))

    def _days_of(self, year: int) -> list[int]:
        try:
            return self._working[year]
        except KeyError:
            raise CalendarMissing(year) from None

    def has_year(self, year: int) -> bool:
        return year in self._working

    def is_provisional(self, year: int) -> bool:
        return any(one.year == year and one.provisional for one in self.years)

    def is_working_day(self, day: date) -> bool:
        days = self._days_of(day.year)
        at = bisect_left(days, day.toordinal())
        return at < len(days) and days[at] == day.toordinal()

    def holiday_name(self, day: date) -> str:
        """Name of the holiday the day is off for; empty for other days."""
        return self._off.get(day, "")

    def make_up_name(self, day: date) -> str:
        """Name of the holiday in exchange for which the day is worked; empty for other days."""
        return self._work.get(day, "")

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after the day (before it, when negative); the day itself for 0."""
        year, ordinal, left = day.year, day.toordinal(), abs(count)
        if not left:
            return day
        while True:
            days = self._days_of(year)
            if count > 0:
                at = bisect_right(days, ordinal) + left - 1
                if at < len(days):
                    return date.fromordinal(days[at])
                left = at - len(days) + 1
                year += 1
            else:
                at = bisect_left(days, ordinal) - left
                if at >= 0:
                    return date.fromordinal(days[at])
                left = -at
                year -= 1

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` lies before `first`."""
        if last < first:
            return -self.working_days_between(last, first)
        total = 0
        for year in range(first.year, last.year + 1):
            days = self._days_of(year)
            total += bisect_right(days, last.toordinal()) - bisect_right(days, first.toordinal())
        return total

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first working day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def working_days_of(self, year: int) -> int:
        return len(self._days_of(year))


def read_calendar(paths: Sequence[Path]) -> Calendar:
    """A calendar from year files (YAML). Raises PackError with file and line."""
    years, findings = [], list[Finding]()
    for path in paths:
        try:
            years.append(parse_year(read_yaml(Path(path).read_text(encoding="utf-8"), str(path))))
        except PackError as error:
            findings.extend(error.findings)
    if findings:
        raise PackError(findings)
    return Calendar(tuple(years))
