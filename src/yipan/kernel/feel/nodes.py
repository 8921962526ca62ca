"""The syntax tree: frozen dataclasses, each with the offset of its first character."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """Arithmetic negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``op`` is one of + - * / ** = != < <= > >=."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """``op`` is "and" or "or" over two or more parts."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A unary test with an operator: ``< 5``. As a value it is a range open to one side."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """Tests against ``?``; no tests at all means "-", which everything meets."""

    tests: tuple[Node, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """``domains``: name and the list or (start, end) it runs over."""

    domains: tuple[tuple[str, Node, Node | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    domains: tuple[tuple[str, Node, Node | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    test: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """Arguments by position, or by name when ``names`` is not empty."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    parameters: tuple[tuple[str, "TypeName | None"], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class TypeName:
    """``list<number>`` is TypeName("list", (number,)); contexts and functions keep the names of their parts."""

    name: str
    parts: tuple["TypeName", ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeName


def children(node: Node) -> Iterator[Node]:
    """Direct parts of a node, in source order."""
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _nodes(one)


def depth(root: Node) -> tuple[int, int]:
    """How deep the tree is, and the offset of its deepest node; without recursion."""
    deepest, place = 0, root.at
    stack = [(root, 1)]
    while stack:
        node, level = stack.pop()
        if level > deepest:
            deepest, place = level, node.at
        stack.extend((child, level + 1) for child in children(node))
    return deepest, place
