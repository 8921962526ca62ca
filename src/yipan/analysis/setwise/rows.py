"""The tree as a function of one row: plain closures over a map of values, numbers as decimals.

``sure``: equality cannot be said of missing data (conditions); else null equals null and nothing else (values of FEEL).
A number beyond DECIMAL(18, scale) raises ArithmeticError, as the engines do.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from . import tree as t

Row = Mapping[str, Any]
Step = Callable[[Row], Any]
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MATH = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@cache
def bound(scale: int) -> Decimal:
    return Decimal(10) ** (t.DIGITS - scale)


def _too_large(what: object, scale: int) -> ArithmeticError:
    return ArithmeticError(f"{what} does not fit DECIMAL({t.DIGITS}, {scale})")


def step(node: t.Node, *, sure: bool) -> Step:
    return _STEPS[type(node)](node, sure)


def _column(node: t.Column, _sure: bool) -> Step:
    name = node.name
    if node.type.kind != "number":
        return lambda row: row.get(name)
    most, unit = bound(node.type.scale), Decimal(1).scaleb(-node.type.scale)

    def number(row: Row) -> Any:
        value = row.get(name)
        if value is None:
            return None
        if not isinstance(value, Decimal):
            value = Decimal(value)
        if abs(value) >= most or value % unit:
            raise _too_large(f"{name} = {value}", node.type.scale)
        return value

    return number


def _constant(node: t.Constant, _sure: bool) -> Step:
    value = node.value
    return lambda _row: value


def _arithmetic(node: t.Arithmetic, sure: bool) -> Step:
    left, right, calculate = step(node.left, sure=sure), step(node.right, sure=sure), _MATH[node.op]
    most = bound(node.type.scale)

    def value(row: Row) -> Any:
        one, other = left(row), right(row)
        if one is None or other is None:
            return None
        result = calculate(one, other)
        if abs(result) >= most:
            raise _too_large(result, node.type.scale)
        return result

    return value


MOST_64 = 2**63


def _quotient(node: t.Quotient, sure: bool) -> Step:
    left, right = step(node.left, sure=sure), step(node.right, sure=sure)
    up, down = node.powers()
    one_unit, other_unit = 10**node.left.type.scale, 10**node.right.type.scale
    unit, most = Decimal(1).scaleb(-node.type.scale), bound(node.type.scale)

    def value(row: Row) -> Any:
        one, other = left(row), right(row)
        if one is None or other is None or not other:
            return None
        over, under = int(one * one_unit) * up, int(other * other_unit) * down
        if abs(over) >= MOST_64 or abs(under) >= MOST_64:
            raise ArithmeticError(f"{one} / {other} has too many digits")
        whole, rest = divmod(abs(over), abs(under))
        left_over = abs(under) - rest
        whole += rest > left_over or (rest == left_over and whole % 2)
        result = Decimal(whole if (over < 0) is (under < 0) else -whole) * unit
        if abs(result) >= most:
            raise _too_large(result, node.type.scale)
        return result

    return value


def _compared(node: t.Compared, sure: bool) -> Step:
    left, right, op = step(node.left, sure=sure), step(node.right, sure=sure), node.op
    if op in _ORDER:
        compare = _ORDER[op]

        def ordered(row: Row) -> bool | None:
            one, other = left(row), right(row)
            return None if one is None or other is None else compare(one, other)

        return ordered
    wanted = op == "="

    def equal(row: Row) -> bool | None:
        one, other = left(row), right(row)
        if one is None or other is None:
            return None if sure else (one is other) is wanted
        return (one == other) is wanted

    return equal


def _is_null(node: t.IsNull, sure: bool) -> Step:
    operand = step(node.operand, sure=sure)
    return lambda row: operand(row) is None


def _all(node: t.All, sure: bool) -> Step:
    return _joined(node.parts, sure, decisive=False)


def _some(node: t.Some, sure: bool) -> Step:
    return _joined(node.parts, sure, decisive=True)


def _joined(nodes: tuple[t.Node, ...], sure: bool, *, decisive: bool) -> Step:
    """``decisive`` as soon as one part says so, else unknown as soon as one is. Every part is asked: a number that does
    not fit is an error on the engines, whatever the others say."""
    parts = [step(part, sure=sure) for part in nodes]

    def value(row: Row) -> bool | None:
        found: bool | None = not decisive
        for part in parts:
            one = part(row)
            if one is decisive:
                found = decisive
            elif one is None and found is not decisive:
                found = None
        return found

    return value


def _within(node: t.Within, sure: bool) -> Step:
    if sure:
        return _all(t.All(node.type, (node.low, node.high)), sure)
    low, high = step(node.low, sure=sure), step(node.high, sure=sure)

    def value(row: Row) -> bool | None:
        one, other = low(row), high(row)
        return None if one is None or other is None else one and other

    return value


def _not(node: t.Not, sure: bool) -> Step:
    operand = step(node.operand, sure=sure)

    def value(row: Row) -> bool | None:
        found = operand(row)
        return None if found is None else not found

    return value


def _choice(node: t.Choice, sure: bool) -> Step:
    """In conditions an answer that hangs on missing data cannot be said, unless both branches give the same."""
    test, then, otherwise = (step(part, sure=sure) for part in (node.test, node.then, node.otherwise))

    def value(row: Row) -> Any:
        found, one, other = test(row), then(row), otherwise(row)
        if found is None and sure:
            return None
        return one if found is True else other

    return value


def _text_test(node: t.TextTest, sure: bool) -> Step:
    text, part = step(node.text, sure=sure), step(node.part, sure=sure)
    how = {"contains": operator.contains, "starts with": str.startswith, "ends with": str.endswith}[node.how]

    def value(row: Row) -> bool | None:
        one, other = text(row), part(row)
        return None if one is None or other is None else how(one, other)

    return value


def _length(node: t.Length, sure: bool) -> Step:
    text = step(node.text, sure=sure)

    def value(row: Row) -> Any:
        one = text(row)
        return None if one is None else Decimal(len(one))

    return value


def _absolute(node: t.Absolute, sure: bool) -> Step:
    operand = step(node.operand, sure=sure)

    def value(row: Row) -> Any:
        one = operand(row)
        return None if one is None else abs(one)

    return value


_STEPS: dict[type, Callable[[Any, bool], Step]] = {
    t.Column: _column, t.Constant: _constant, t.Arithmetic: _arithmetic, t.Compared: _compared, t.IsNull: _is_null,
    t.All: _all, t.Within: _within, t.Some: _some, t.Not: _not, t.Choice: _choice, t.TextTest: _text_test,
    t.Length: _length, t.Absolute: _absolute,
    t.Quotient: _quotient,
}  # fmt: skip
