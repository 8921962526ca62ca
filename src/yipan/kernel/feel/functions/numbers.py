"""Functions on numbers (DMN 1.3 table 75, rounding functions of 1.4)."""

import decimal as d
from decimal import Decimal
from typing import Any

from ..errors import NotApplicable
from ..temporal import YearsMonths
from ..values import NUMBERS
from .register import Functions, Run, integer, number

FUNCTIONS = Functions()
_SCALES = range(-6111, 6177)  # of IEEE 754 decimal128


def _rounded(value: Any, scale: Any, how: str) -> Decimal:
    amount, places = number(value), integer(scale)
    if places not in _SCALES:
        raise NotApplicable
    if -amount.as_tuple().exponent <= places:  # type: ignore[operator]
        return amount
    try:
        context = d.Context(prec=7000, rounding=how, Emin=-7000, Emax=7000)
        return NUMBERS.plus(amount.quantize(Decimal(1).scaleb(-places, context), context=context))
    except d.DecimalException as impossible:
        raise NotApplicable from impossible


@FUNCTIONS.add("decimal", "n,scale")
def rounded(_run: Run, value: Any, scale: Any) -> Decimal:
    return _rounded(value, scale, d.ROUND_HALF_EVEN)


@FUNCTIONS.add("floor", "n", "n,scale")
def floor(_run: Run, value: Any, scale: Any = Decimal(0)) -> Decimal:
    return _rounded(value, scale, d.ROUND_FLOOR)


@FUNCTIONS.add("ceiling", "n", "n,scale")
def ceiling(_run: Run, value: Any, scale: Any = Decimal(0)) -> Decimal:
    return _rounded(value, scale, d.ROUND_CEILING)


@FUNCTIONS.add("round up", "n,scale")
def round_up(_run: Run, value: Any, scale: Any) -> Decimal:
    return _rounded(value, scale, d.ROUND_UP)


@FUNCTIONS.add("round down", "n,scale")
def round_down(_run: Run, value: Any, scale: Any) -> Decimal:
    return _rounded(value, scale, d.ROUND_DOWN)


@FUNCTIONS.add("round half up", "n,scale")
def round_half_up(_run: Run, value: Any, scale: Any) -> Decimal:
    return _rounded(value, scale, d.ROUND_HALF_UP)


@FUNCTIONS.add("round half down", "n,scale")
def round_half_down(_run: Run, value: Any, scale: Any) -> Decimal:
    return _rounded(value, scale, d.ROUND_HALF_DOWN)


@FUNCTIONS.add("abs", "n")
def absolute(_run: Run, value: Any) -> Any:
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    return abs(value) if hasattr(value, "total_seconds") else NUMBERS.abs(number(value))


@FUNCTIONS.add("modulo", "dividend,divisor")
def modulo(_run: Run, dividend: Any, divisor: Any) -> Decimal:
    """dividend − divisor × floor(dividend / divisor): the sign is that of the divisor."""
    left, right = number(dividend), number(divisor)
    if not right:
        raise NotApplicable
    try:
        rest = NUMBERS.remainder(left, right)
        return NUMBERS.add(rest, right) if rest and (rest < 0) != (right < 0) else rest
    except d.DecimalException as impossible:
        raise NotApplicable from impossible


def _calculated(operation: Any, value: Any) -> Decimal:
    try:
        return operation(number(value))
    except d.DecimalException as impossible:
        raise NotApplicable from impossible


@FUNCTIONS.add("sqrt", "number")
def square_root(_run: Run, value: Any) -> Decimal:
    return _calculated(NUMBERS.sqrt, value)


@FUNCTIONS.add("log", "number")
def logarithm(_run: Run, value: Any) -> Decimal:
    if number(value) <= 0:
        raise NotApplicable
    return _calculated(NUMBERS.ln, value)


@FUNCTIONS.add("exp", "number")
def exponential(_run: Run, value: Any) -> Decimal:
    return _calculated(NUMBERS.exp, value)


@FUNCTIONS.add("odd", "number")
def odd(run: Run, value: Any) -> bool:
    return modulo(run, value, Decimal(2)) == 1


@FUNCTIONS.add("even", "number")
def even(run: Run, value: Any) -> bool:
    return modulo(run, value, Decimal(2)) == 0


@FUNCTIONS.add("not", "negand")
def negation(_run: Run, value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None
