"""``value.name``: entries of contexts, properties of dates, times, durations and ranges, and lists of them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .temporal import YearsMonths, zone_name
from .values import Range

_MOMENT: dict[str, Callable[[Any], Any]] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.isoweekday()),
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second) + Decimal(v.microsecond) / 1_000_000,
    "time offset": lambda v: v.utcoffset(),
    "timezone": zone_name,
}
_YEARS: dict[str, Callable[[Any], Any]] = {
    "years": lambda v: Decimal(int(v.months / 12)),
    "months": lambda v: Decimal(v.months - 12 * int(v.months / 12)),
}
_RANGE: dict[str, Callable[[Any], Any]] = {
    "start": lambda v: v.low,
    "end": lambda v: v.high,
    "start included": lambda v: v.low_included,
    "end included": lambda v: v.high_included,
}
PROPERTIES = {*_MOMENT, *_TIME, *_YEARS, *_RANGE, "days", "hours", "minutes", "seconds"}


def member(value: Any, name: str) -> Any:
    """The named part of a value, or None. Only entries and the properties above exist: no attribute of an object."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [member(one, name) for one in value]
    if isinstance(value, dt.timedelta):
        return _of_duration(value, name)
    for kinds, table in (
        (dt.datetime, _MOMENT | _TIME),
        (dt.date, _MOMENT),
        (dt.time, _TIME),
        (YearsMonths, _YEARS),
        (Range, _RANGE),
    ):
        if isinstance(value, kinds):
            read = table.get(name)
            return read(value) if read else None
    return None


def _of_duration(value: dt.timedelta, name: str) -> Decimal | None:
    """Parts of a duration, all with its sign."""
    sign = -1 if value < dt.timedelta() else 1
    seconds = abs(value) // dt.timedelta(seconds=1)
    parts = {
        "days": seconds // 86400,
        "hours": seconds // 3600 % 24,
        "minutes": seconds // 60 % 60,
        "seconds": seconds % 60,
    }
    return Decimal(sign * parts[name]) if name in parts else None
