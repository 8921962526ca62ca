"""The operators + - * / ** on values (DMN 1.3 tables 50–55). What has no meaning gives None."""

import datetime as dt
import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .temporal import YearsMonths
from .values import NUMBERS

_MICRO = dt.timedelta(microseconds=1)
_MIDNIGHT = dt.time()


def number(value: Any) -> bool:
    return isinstance(value, Decimal)


def guarded(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Overflow, division by zero and dates beyond the calendar are null, as the standard says."""

    def safe(left: Any, right: Any) -> Any:
        try:
            return operation(left, right)
        except (decimal.DecimalException, OverflowError, ZeroDivisionError, ValueError, TypeError):
            return None

    return safe


@guarded
def add(left: Any, right: Any) -> Any:
    if number(left) and number(right):
        return NUMBERS.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, (YearsMonths, dt.timedelta)) and not isinstance(right, (YearsMonths, dt.timedelta)):
        left, right = right, left
    if isinstance(right, YearsMonths):
        return YearsMonths(left.months + right.months) if isinstance(left, YearsMonths) else _months(left, right.months)
    if isinstance(right, dt.timedelta):
        return _shift(left, right)
    return None


@guarded
def subtract(left: Any, right: Any) -> Any:
    if number(left) and number(right):
        return NUMBERS.subtract(left, right)
    if isinstance(right, YearsMonths):
        return (
            YearsMonths(left.months - right.months) if isinstance(left, YearsMonths) else _months(left, -right.months)
        )
    if isinstance(right, dt.timedelta):
        return _shift(left, -right)
    return _between(left, right)


@guarded
def multiply(left: Any, right: Any) -> Any:
    if number(left) and number(right):
        return NUMBERS.multiply(left, right)
    if number(left):
        left, right = right, left
    if not number(right):
        return None
    if isinstance(left, YearsMonths):
        return YearsMonths(int(NUMBERS.multiply(Decimal(left.months), right)))
    if isinstance(left, dt.timedelta):
        return dt.timedelta(microseconds=int(NUMBERS.multiply(Decimal(left // _MICRO), right)))
    return None


@guarded
def divide(left: Any, right: Any) -> Any:
    if number(right):
        if number(left):
            return NUMBERS.divide(left, right)
        if isinstance(left, YearsMonths):
            return YearsMonths(int(NUMBERS.divide(Decimal(left.months), right)))
        if isinstance(left, dt.timedelta):
            return dt.timedelta(microseconds=int(NUMBERS.divide(Decimal(left // _MICRO), right)))
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, dt.timedelta) and isinstance(right, dt.timedelta):
        return NUMBERS.divide(Decimal(left // _MICRO), Decimal(right // _MICRO))
    return None


@guarded
def power(left: Any, right: Any) -> Any:
    return NUMBERS.power(left, right) if number(left) and number(right) else None


def negate(value: Any) -> Any:
    if number(value):
        return NUMBERS.minus(value)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return -value if isinstance(value, dt.timedelta) else None


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def _months(value: Any, months: int) -> Any:
    """The same day so many months later, or the last day of that month."""
    if not isinstance(value, dt.date):  # datetime is a date too
        return None
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    first_of_next = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - dt.timedelta(days=1)).day
    return value.replace(year=year, month=month + 1, day=min(value.day, last))


def _shift(value: Any, by: dt.timedelta) -> Any:
    if isinstance(value, dt.timedelta):
        return value + by
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value + by
        return (value.astimezone(dt.UTC) + by).astimezone(value.tzinfo)
    if isinstance(value, dt.date):
        return (dt.datetime.combine(value, _MIDNIGHT) + by).date()
    if isinstance(value, dt.time):
        return (dt.datetime.combine(dt.date(2000, 1, 2), value) + by).timetz()
    return None


def _between(left: Any, right: Any) -> Any:
    """The distance of two moments, dates or times. A date beside a moment is its midnight in UTC."""
    if isinstance(left, dt.date) and isinstance(right, dt.date):
        first, second = _moment(left), _moment(right)
        if (first.tzinfo is None) != (second.tzinfo is None):
            first, second = (m.replace(tzinfo=dt.UTC) if _plain(v) else m for m, v in ((first, left), (second, right)))
        return (
            first.astimezone(dt.UTC) - second.astimezone(dt.UTC) if first.tzinfo and second.tzinfo else first - second
        )
    if isinstance(left, dt.time) and isinstance(right, dt.time):
        day = dt.date(2000, 1, 1)
        return dt.datetime.combine(day, left) - dt.datetime.combine(day, right)
    return None


def _plain(value: Any) -> bool:
    return not isinstance(value, dt.datetime)


def _moment(value: dt.date) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, _MIDNIGHT)
