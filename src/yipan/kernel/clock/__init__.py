"""Legal time: working-day calendars as data, time limits, pauses, extensions, lights; every date explains itself.

Rules in force here (行政许可法 art. 42, 45, 82; 民法典 art. 200-204; 国务院办公厅 holiday notices):
the day of the event is not counted; the last day ends at 24:00 Asia/Shanghai, so the due instant is 00:00 of the next
day and is shown as "date 24:00"; make-up working days count; a day touched by a pause is not counted; a year without
a calendar is refused (`CalendarMissing`), never guessed. Nothing here asks for the present: `now` is always given.

    calendar = Calendar.from_years([...])                 # or read_calendar(paths)
    result = due(Limit(7, "working_days"), start, [Pause(a, b, "检测")], [], calendar)
    result.at, result.last_day, result.shown, result.lines
    light(result.at, now=now, calendar=calendar, limit=limit).word
"""

from .calendar import Calendar, CalendarError, CalendarMissing, CalendarYear, Holiday, parse_year, read_calendar
from .due import Due, due, effective
from .events import ClockEvent, History, replay
from .explain import Line
from .lights import DEFAULT_THRESHOLDS, Light, Remaining, Thresholds, light, remaining, yellow_from
from .lights import WORDS as LIGHT_WORDS
from .lights import Code as LightCode
from .limits import UNIT_WORDS, Extension, Limit, Unit
from .pauses import Pause, touched_days, unite
from .special import DeemedAcceptance, SpecialProcedure, deemed_acceptance, refuse_opening
from .time import SHANGHAI, day_of, end_of_day, last_day_before, midnight, show_date, show_days, show_due

__all__ = [
    "DEFAULT_THRESHOLDS",
    "LIGHT_WORDS",
    "SHANGHAI",
    "UNIT_WORDS",
    "Calendar",
    "CalendarError",
    "CalendarMissing",
    "CalendarYear",
    "ClockEvent",
    "DeemedAcceptance",
    "Due",
    "Extension",
    "History",
    "Holiday",
    "Light",
    "LightCode",
    "Limit",
    "Line",
    "Pause",
    "Remaining",
    "SpecialProcedure",
    "Thresholds",
    "Unit",
    "day_of",
    "deemed_acceptance",
    "due",
    "effective",
    "end_of_day",
    "last_day_before",
    "light",
    "midnight",
    "parse_year",
    "read_calendar",
    "refuse_opening",
    "remaining",
    "replay",
    "show_date",
    "show_days",
    "show_due",
    "touched_days",
    "unite",
    "yellow_from",
]
