"""The typed tree that both sides are made of: row by row (``rows``) and over columns (``columns``)."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["number", "string", "boolean", "date"]
DIGITS = 18
MOST_SCALE = 12
_DECIMAL = re.compile(r"decimal\((\d+)\)")


class NotSetwise(ValueError):
    """This has no meaning per row that is the same on every engine; ``position`` in the text, from 0."""

    def __init__(self, message: str, position: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.position, self.hint = message, position, hint

    def within(self, where: str) -> "NotSetwise":
        """The same, told with the rule, column or policy it is in."""
        return NotSetwise(f"{where}：{self.message}", self.position, self.hint)

    def __str__(self) -> str:
        return f"第 {self.position + 1} 个字符：{self.message}" + (f"；{self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Type:
    """``scale``: digits after the point of a number."""

    kind: Kind
    scale: int = 0

    @property
    def shown(self) -> str:
        words = {"number": "数字", "string": "文字", "boolean": "是否", "date": "日期"}
        return words[self.kind]


BOOLEAN, STRING, DATE = Type("boolean"), Type("string"), Type("date")


def type_of(written: str) -> Type:
    """``integer``, ``decimal(2)``, ``string``, ``boolean``, ``date``."""
    found = _DECIMAL.fullmatch(written)
    if found:
        return Type("number", int(found[1]))
    if written == "integer":
        return Type("number")
    if written in ("string", "boolean", "date"):
        return Type(written)  # type: ignore[arg-type]
    raise ValueError(f"unknown column type {written}")


Columns = Mapping[str, Type]


def columns_of(written: Mapping[str, str]) -> dict[str, Type]:
    return {name: type_of(kind) for name, kind in written.items()}


@dataclass(frozen=True, slots=True)
class Node:
    type: Type


@dataclass(frozen=True, slots=True)
class Column(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """``value`` None: a null of this type."""

    value: Decimal | str | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    op: Literal["+", "-", "*"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """``decimal(left / right, n)``: exact over scaled integers of 64 bits, half to even; null where right is zero."""

    left: Node
    right: Node

    def powers(self) -> tuple[int, int]:
        """By which powers of ten both integers are multiplied, so that their quotient counts units of the result."""
        shift = self.type.scale + self.right.type.scale - self.left.type.scale
        return 10 ** max(0, shift), 10 ** max(0, -shift)


@dataclass(frozen=True, slots=True)
class Compared(Node):
    """``=`` and ``!=`` know null in values (null equals null), and cannot be said of missing data in conditions."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class All(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Within(Node):
    """Both ends of a range: as a value it has no answer as soon as one of them has none."""

    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Some(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Choice(Node):
    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    how: Literal["contains", "starts with", "ends with"]
    text: Node
    part: Node


@dataclass(frozen=True, slots=True)
class Length(Node):
    text: Node


@dataclass(frozen=True, slots=True)
class Absolute(Node):
    operand: Node


def reads(node: Node) -> tuple[str, ...]:
    """Columns a tree reads for their values, in order; those it only asks for being null are not among them."""
    found: dict[str, None] = {}

    def look(one: Node) -> None:
        if isinstance(one, IsNull):
            return
        if isinstance(one, Column):
            found[one.name] = None
        for part in _parts(one):
            look(part)

    look(node)
    return tuple(found)


def _parts(node: Node) -> Iterator[Node]:
    for field in fields(node):
        value: Any = getattr(node, field.name)
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Node))
