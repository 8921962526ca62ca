"""How functions are declared, and the checks of their arguments. A failed check makes the result null."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from ..errors import NotApplicable
from ..runtime import Builtin, Run
from ..values import NUMBERS

F = TypeVar("F", bound=Callable[..., Any])


class Functions(dict[str, Builtin]):
    """A table filled by a decorator: ``@table.add("string length", "string")``; several signatures are allowed."""

    def add(self, name: str, *signatures: str) -> Callable[[F], F]:
        """Each signature is its parameter names joined by commas; the body gets the run first."""

        def register(body: F) -> F:
            self[name] = Builtin(name, [tuple(one.split(",")) if one else () for one in signatures], body)
            return body

        return register


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotApplicable
    return value


def number(value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise NotApplicable
    return value


def integer(value: Any) -> int:
    """A whole number, cut towards zero."""
    return int(number(value))


def sequence(value: Any) -> list[Any]:
    """A list; a single value stands for a list of one, null for nothing at all."""
    if value is None:
        raise NotApplicable
    return value if isinstance(value, list) else [value]


def spread(values: tuple[Any, ...]) -> list[Any]:
    """Arguments of functions that take one list or many values."""
    return list(sequence(values[0])) if len(values) == 1 else list(values)


def context(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotApplicable
    return value


def function(value: Any) -> Callable[..., Any]:
    if not getattr(value, "feel_function", False):
        raise NotApplicable
    return value


def decimal(value: float | int) -> Decimal:
    return NUMBERS.create_decimal(value)


__all__ = ["Functions", "Run", "context", "decimal", "function", "integer", "number", "sequence", "spread", "text"]
