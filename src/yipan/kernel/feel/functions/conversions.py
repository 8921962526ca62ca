"""Functions that make one kind of value from another (DMN 1.3 table 71)."""

import datetime as dt
import decimal
import re
from decimal import Decimal
from typing import Any

from ..errors import NotApplicable
from ..temporal import YearsMonths, parse_date, parse_duration, parse_moment, parse_time, zone_of
from ..values import NUMBERS, show
from .register import Functions, Run, integer, text

FUNCTIONS = Functions()
_PLAIN_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def _made(maker: Any, *parts: Any) -> Any:
    try:
        return maker(*parts)
    except (ValueError, OverflowError) as impossible:
        raise NotApplicable from impossible


@FUNCTIONS.add("date", "from", "year,month,day")
def date(_run: Run, *parts: Any) -> dt.date | None:
    if len(parts) == 3:
        return _made(dt.date, *(integer(part) for part in parts))
    (value,) = parts
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else parse_date(text(value))


@FUNCTIONS.add(
    "date and time",
    "from",
    "date,time",
    "year,month,day,hour,minute,second",
    "year,month,day,hour,minute,second,offset",
)
def date_and_time(_run: Run, *parts: Any) -> dt.datetime | None:
    if len(parts) == 1:
        (value,) = parts
        if isinstance(value, dt.datetime):
            return value
        return dt.datetime.combine(value, dt.time()) if isinstance(value, dt.date) else parse_moment(text(value))
    if len(parts) == 2:
        day, clock = parts
        if isinstance(day, dt.datetime):
            day = day.date()
        if not isinstance(day, dt.date):
            raise NotApplicable
        if isinstance(clock, str):  # a zone name: date and time(date, "Asia/Shanghai")
            raise NotApplicable
        if not isinstance(clock, dt.time):
            raise NotApplicable
        return dt.datetime.combine(day, clock)
    offset = parts[6] if len(parts) == 7 else None
    day = _made(dt.date, *(integer(part) for part in parts[:3]))
    return dt.datetime.combine(day, _clock(parts[3], parts[4], parts[5], offset))


@FUNCTIONS.add("time", "from", "hour,minute,second", "hour,minute,second,offset")
def time(_run: Run, value: Any, *rest: Any) -> dt.time | None:
    if rest:
        return _clock(value, rest[0], rest[1], rest[2] if len(rest) == 3 else None)
    if isinstance(value, dt.datetime):
        return value.timetz()
    if isinstance(value, dt.date):
        return dt.time(tzinfo=dt.UTC)
    return value if isinstance(value, dt.time) else parse_time(text(value))


def _clock(hour: Any, minute: Any, second: Any, offset: Any) -> dt.time:
    zone: dt.tzinfo | None = None
    if isinstance(offset, str):
        zone = _made(zone_of, f"@{offset}")
    elif offset is not None:
        if not isinstance(offset, dt.timedelta):
            raise NotApplicable
        zone = _made(dt.timezone, offset) if offset else dt.UTC
    if not isinstance(second, Decimal):
        raise NotApplicable
    micros = int(second % 1 * 1_000_000)
    return _made(lambda *p: dt.time(*p, tzinfo=zone), integer(hour), integer(minute), int(second), micros)


@FUNCTIONS.add("number", "from", "from,grouping separator", "from,grouping separator,decimal separator")
def number(_run: Run, value: Any, grouping: Any = None, point: Any = None) -> Decimal | None:
    """Separators: grouping is space, comma, point or null; the decimal separator is comma, point or null."""
    if isinstance(value, Decimal) and grouping is None and point is None:
        return value
    plain = text(value)
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        raise NotApplicable
    plain = plain.replace(grouping, "") if grouping else plain
    plain = plain.replace(point, ".") if point else plain
    if len(plain) > 10_000 or not _PLAIN_NUMBER.fullmatch(plain):
        return None
    try:
        return NUMBERS.create_decimal(plain)
    except decimal.DecimalException:
        return None


@FUNCTIONS.add("string", "from")
def string(run: Run, value: Any) -> str | None:
    if value is None:
        return None
    return show(value, spend=run.spend)


@FUNCTIONS.add("duration", "from")
def duration(_run: Run, value: Any) -> YearsMonths | dt.timedelta | None:
    return value if isinstance(value, (YearsMonths, dt.timedelta)) else parse_duration(text(value))


@FUNCTIONS.add("years and months duration", "from,to")
def years_and_months(_run: Run, start: Any, end: Any) -> YearsMonths:
    """Whole months between two dates, cut towards zero."""
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        raise NotApplicable
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)
