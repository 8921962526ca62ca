"""Values of the language: kinds, equality, order, text, and how values of the host come in.

Decimal · str · bool · None · date · time · datetime · timedelta · YearsMonths · list · dict · Range · functions.
"""

import datetime as dt
import decimal
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .temporal import YearsMonths, show_duration, show_moment, show_time

# IEEE 754 decimal128, as the standard asks: 34 digits, half even.
NUMBERS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end of None is open to infinity when ``unbounded`` side says so (from tests such as ``< 5``)."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True
    low_unbounded: bool = False
    high_unbounded: bool = False

    def contains(self, value: Any) -> bool | None:
        """True, False, or None when it cannot be said."""
        above = True if self.low_unbounded else _within(self.low, value, self.low_included)
        below = True if self.high_unbounded else _within(value, self.high, self.high_included)
        if above is None or below is None:
            return None
        return above and below


def kind(value: Any) -> str:
    """The FEEL type of a value."""
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return "function" if callable(value) else "Any"


_KINDS: list[tuple[type | tuple[type, ...], str]] = [
    (type(None), "Null"),
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (dt.datetime, "date and time"),
    (dt.date, "date"),
    (dt.time, "time"),
    (dt.timedelta, "days and time duration"),
    (YearsMonths, "years and months duration"),
    (list, "list"),
    (dict, "context"),
    (Range, "range"),
]


def normalise(value: Any) -> Any:
    """A value of the host as a value of the language. Numbers become Decimal; unknown objects become null."""
    if value is None or isinstance(value, (bool, str, Decimal, dt.date, dt.time, dt.timedelta, YearsMonths, Range)):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, Mapping):
        return {str(key): normalise(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [normalise(one) for one in value]
    return value if getattr(value, "feel_function", False) else None


Spend = Callable[[int], None]


def free(_amount: int) -> None:
    """For work outside an evaluation, which has no budget."""


_PLAIN = frozenset((Decimal, str, bool, dt.date))  # of one kind only, compared by themselves: nearly every cell


def equal(left: Any, right: Any, spend: Spend = free) -> bool | None:
    """FEEL equality: null equals only null; values of different kinds have no answer (null).

    Lists may share their elements many times over, so that comparing costs far more than building them did: the
    elements compared are charged to ``spend``."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right) and type(left) in _PLAIN:
        return left == right
    sort = kind(left)
    if sort != kind(right):
        return None
    if sort == "list":
        spend(len(left))
        return len(left) == len(right) and all(equal(a, b, spend) is True for a, b in zip(left, right, strict=True))
    if sort == "context":
        spend(len(left))
        return left.keys() == right.keys() and all(equal(left[key], right[key], spend) is True for key in left)
    if sort == "function":
        return left is right
    return left == right


ORDERED = frozenset(
    ("number", "string", "date", "time", "date and time", "days and time duration", "years and months duration")
)


def less(left: Any, right: Any) -> bool | None:
    """``left < right``; null where the two have no common order (other kinds, one with a zone and one without)."""
    if type(left) is type(right) and type(left) in _PLAIN and type(left) is not bool:
        return left < right
    sort = kind(left)
    if sort not in ORDERED or sort != kind(right):
        return None
    try:
        return left < right
    except TypeError:
        return None


def _within(low: Any, high: Any, included: bool) -> bool | None:
    smaller = less(low, high)
    if smaller is None or smaller or not included:
        return smaller
    return equal(low, high)


def at_most(left: Any, right: Any) -> bool | None:
    return _within(left, right, True)


def show_number(value: Decimal) -> str:
    """Without exponent and without zeros that mean nothing."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(value: Any, *, inside: bool = False, spend: Spend = free) -> str:
    """``string(value)``; texts inside lists and contexts are written with quotes."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return show_number(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if inside else value
        case dt.datetime():
            return show_moment(value)
        case dt.date():
            return value.isoformat()
        case dt.time():
            return show_time(value)
        case dt.timedelta():
            return show_duration(value)
        case list():
            spend(len(value))
            return "[" + ", ".join(show(one, inside=True, spend=spend) for one in value) + "]"
        case dict():
            spend(len(value))
            parts = (f"{key}: {show(one, inside=True, spend=spend)}" for key, one in value.items())
            return "{" + ", ".join(parts) + "}"
        case Range():
            return _show_range(value)
        case _:
            return str(value) if isinstance(value, YearsMonths) else "function"


def _show_range(value: Range) -> str:
    if value.low_unbounded:
        return f"({'<=' if value.high_included else '<'} {show(value.high, inside=True)})"
    if value.high_unbounded:
        return f"({'>=' if value.low_included else '>'} {show(value.low, inside=True)})"
    ends = f"{show(value.low, inside=True)}..{show(value.high, inside=True)}"
    return f"{'[' if value.low_included else '('}{ends}{']' if value.high_included else ')'}"


def literal(value: Any) -> str:
    """A value as FEEL writes it, so that it can be read again."""
    match value:
        case dt.datetime():
            return f'date and time("{show(value)}")'
        case dt.date():
            return f'date("{show(value)}")'
        case dt.time():
            return f'time("{show(value)}")'
        case dt.timedelta() | YearsMonths():
            return f'duration("{show(value)}")'
        case list():
            return "[" + ", ".join(literal(one) for one in value) + "]"
        case dict():
            entries = (f"{json.dumps(key, ensure_ascii=False)}: {literal(one)}" for key, one in value.items())
            return "{" + ", ".join(entries) + "}"
        case _:
            return show(value, inside=True)
