"""The tree as an expression over the columns of a table (Ibis), with the meaning of ``rows``."""

from collections.abc import Callable
from typing import Any

from .. import frames
from . import tree as t

_ORDER = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


def expression(node: t.Node, frame: frames.Frame, *, sure: bool) -> frames.Value:
    return _MAKERS[type(node)](node, frame, sure)


def fitted(node: t.Node, wanted: t.Type, frame: frames.Frame, *, sure: bool) -> frames.Value:
    """The same as one of several values of a column: numbers get the column's scale."""
    value = expression(node, frame, sure=sure)
    return frames.fitted(value, wanted.scale) if wanted.kind == "number" and node.type != wanted else value


def bound_types(columns: t.Columns) -> dict[str, str]:
    """Column types as a table of these columns has them."""
    return {name: frames.dtype(kind.kind, kind.scale) for name, kind in columns.items()}


def _column(node: t.Column, frame: frames.Frame, _sure: bool) -> Any:
    return frame[node.name]


def _constant(node: t.Constant, _frame: frames.Frame, _sure: bool) -> Any:
    return frames.constant(node.value, node.type.kind, node.type.scale)


def _arithmetic(node: t.Arithmetic, frame: frames.Frame, sure: bool) -> Any:
    left, right = expression(node.left, frame, sure=sure), expression(node.right, frame, sure=sure)
    value = left + right if node.op == "+" else left - right if node.op == "-" else left * right
    return frames.fitted(value, node.type.scale)


def _quotient(node: t.Quotient, frame: frames.Frame, sure: bool) -> Any:
    left, right = expression(node.left, frame, sure=sure), expression(node.right, frame, sure=sure)
    up, down = node.powers()
    over = frames.integer(left, node.left.type.scale) * frames.whole(up)
    under = frames.integer(right, node.right.type.scale) * frames.whole(down)
    return frames.quotient(over, under, node.type.scale)


def _compared(node: t.Compared, frame: frames.Frame, sure: bool) -> Any:
    left, right = expression(node.left, frame, sure=sure), expression(node.right, frame, sure=sure)
    if node.op in _ORDER:
        return getattr(left, _ORDER[node.op])(right)
    same = left == right
    if not sure:
        same = frames.known(same, False)
        if _may_be_null(node.left) and _may_be_null(node.right):
            same = same | (frames.absent(left) & frames.absent(right))
    return same if node.op == "=" else ~same


def _may_be_null(node: t.Node) -> bool:
    return not isinstance(node, t.Constant) or node.value is None


def _is_null(node: t.IsNull, frame: frames.Frame, sure: bool) -> Any:
    return frames.absent(expression(node.operand, frame, sure=sure))


def _all(node: t.All, frame: frames.Frame, sure: bool) -> Any:
    return frames.both(expression(part, frame, sure=sure) for part in node.parts)


def _within(node: t.Within, frame: frames.Frame, sure: bool) -> Any:
    low, high = expression(node.low, frame, sure=sure), expression(node.high, frame, sure=sure)
    if sure or not any(isinstance(one, t.Compared) and _may_be_null(one.right) for one in (node.low, node.high)):
        return low & high  # constant ends: both have an answer or none has
    nothing = frames.constant(None, "boolean")
    return frames.cases([(frames.absent(low) | frames.absent(high), nothing)], low & high)


def _some(node: t.Some, frame: frames.Frame, sure: bool) -> Any:
    return frames.either(expression(part, frame, sure=sure) for part in node.parts)


def _not(node: t.Not, frame: frames.Frame, sure: bool) -> Any:
    return ~expression(node.operand, frame, sure=sure)


def _choice(node: t.Choice, frame: frames.Frame, sure: bool) -> Any:
    test = expression(node.test, frame, sure=sure)
    then, otherwise = (fitted(part, node.type, frame, sure=sure) for part in (node.then, node.otherwise))
    if not sure:
        return frames.when(test, then, otherwise)
    nothing = frames.constant(None, node.type.kind, node.type.scale)
    return frames.cases([(test, then), (~test, otherwise)], nothing)


def _text_test(node: t.TextTest, frame: frames.Frame, sure: bool) -> Any:
    text, part = expression(node.text, frame, sure=sure), expression(node.part, frame, sure=sure)
    how = {"contains": "contains", "starts with": "startswith", "ends with": "endswith"}[node.how]
    return getattr(text, how)(part)


def _length(node: t.Length, frame: frames.Frame, sure: bool) -> Any:
    return frames.fitted(expression(node.text, frame, sure=sure).length(), 0)


def _absolute(node: t.Absolute, frame: frames.Frame, sure: bool) -> Any:
    return frames.fitted(expression(node.operand, frame, sure=sure).abs(), node.type.scale)


_MAKERS: dict[type, Callable[[Any, frames.Frame, bool], Any]] = {
    t.Column: _column, t.Constant: _constant, t.Arithmetic: _arithmetic, t.Compared: _compared, t.IsNull: _is_null,
    t.All: _all, t.Within: _within, t.Some: _some, t.Not: _not, t.Choice: _choice, t.TextTest: _text_test,
    t.Length: _length, t.Absolute: _absolute,
    t.Quotient: _quotient,
}  # fmt: skip
