"""Functions on dates and times (DMN 1.3 tables 76–77), and the moment of the evaluation."""

import datetime as dt
from decimal import Decimal
from typing import Any

from ..errors import NotApplicable
from ..temporal import zone_name
from ..values import equal, kind
from .register import Functions, Run

FUNCTIONS = Functions()
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _day(value: Any) -> dt.date:
    if not isinstance(value, dt.date):
        raise NotApplicable
    return value


@FUNCTIONS.add("now", "")
def now(run: Run) -> dt.datetime | None:
    """The moment the caller evaluates at; null when the caller gave none."""
    return run.now


@FUNCTIONS.add("today", "")
def today(run: Run) -> dt.date | None:
    return run.now.date() if run.now else None


@FUNCTIONS.add("day of year", "date")
def day_of_year(_run: Run, value: Any) -> Decimal:
    return Decimal(_day(value).timetuple().tm_yday)


@FUNCTIONS.add("day of week", "date")
def day_of_week(_run: Run, value: Any) -> str:
    return _DAYS[_day(value).weekday()]


@FUNCTIONS.add("month of year", "date")
def month_of_year(_run: Run, value: Any) -> str:
    return _MONTHS[_day(value).month - 1]


@FUNCTIONS.add("week of year", "date")
def week_of_year(_run: Run, value: Any) -> Decimal:
    """The week of ISO 8601."""
    return Decimal(_day(value).isocalendar().week)


@FUNCTIONS.add("is", "value1,value2")
def identical(run: Run, left: Any, right: Any) -> bool:
    """The same kind and the same parts: unlike ``=``, 23:00Z is not 00:00+01:00."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, (dt.time, dt.datetime)):
        return left.replace(tzinfo=None) == right.replace(tzinfo=None) and zone_name(left) == zone_name(right)
    return equal(left, right, run.spend) is True
