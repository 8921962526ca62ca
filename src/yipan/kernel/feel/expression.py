"""Compiled texts, remembered by text: the same condition is compiled once per process."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .compiler import compile_node
from .errors import FeelError
from .functions import BUILTINS
from .names import free_names
from .nodes import Node
from .parser import Parser
from .paths import PROPERTIES
from .runtime import BUDGET, Root, Run, Scope, Step
from .values import normalise

_LANGUAGE = tuple(name for name in (*BUILTINS, *sorted(PROPERTIES)) if " " in name)


@dataclass(frozen=True, slots=True)
class Expression:
    """``names``: variables it reads. ``maybe_names``: names inside filters, which may be parts of the elements.
    ``step`` is its function of a scope, for languages built upon this one (``kernel.dmn``)."""

    text: str
    tree: Node = field(repr=False)
    names: frozenset[str]
    maybe_names: frozenset[str]
    step: Step = field(repr=False)

    def evaluate(self, context: Mapping[str, Any], *, now: dt.datetime | None = None, budget: int = BUDGET) -> Any:
        """The value for these variables. Raises FeelError only when the budget is used up."""
        return run(self.step, Root(context, Run(now, budget)))


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """Tests of a cell: ``-``, ``< 5, [10..20]``, ``not("a", "b")``, or any expression with ``?`` for the value."""

    text: str
    tree: Node = field(repr=False)
    names: frozenset[str]
    maybe_names: frozenset[str]
    step: Step = field(repr=False)

    def evaluate(
        self, value: Any, context: Mapping[str, Any], *, now: dt.datetime | None = None, budget: int = BUDGET
    ) -> bool | None:
        """Whether the value meets the tests; None when it cannot be said."""
        answer = run(self.step, Root(context, Run(now, budget)).child({"?": normalise(value)}))
        return answer if isinstance(answer, bool) else None


def run(step: Step, scope: Scope) -> Any:
    """Values may be nested deeper than the host can follow them; that is a fault of the expression or its data."""
    try:
        return step(scope)
    except RecursionError:
        raise FeelError("列表或上下文嵌套太深", 0, "请减少嵌套的层数") from None


TypeNames = Iterable[tuple[str, str]]


def compile(text: str, known: Iterable[str] = (), types: TypeNames = ()) -> Expression:
    """Read an expression. ``known``: names of variables that consist of several words; ``types``: names of types of the
    surroundings, each with the key ``Run.is_instance`` is asked with. Raises FeelError."""
    return _expression(text, tuple(sorted(set(known))), tuple(types))


def compile_unary_tests(text: str, known: Iterable[str] = (), types: TypeNames = ()) -> UnaryTests:
    """Read the tests of one cell. Raises FeelError."""
    return _tests(text, tuple(sorted(set(known))), tuple(types))


@lru_cache(maxsize=4096)
def _expression(text: str, known: tuple[str, ...], types: tuple[tuple[str, str], ...]) -> Expression:
    tree = Parser(text, (*_LANGUAGE, *known), types).whole_expression()
    return Expression(text, tree, *free_names(tree), compile_node(tree))


@lru_cache(maxsize=4096)
def _tests(text: str, known: tuple[str, ...], types: tuple[tuple[str, str], ...]) -> UnaryTests:
    tree = Parser(text, (*_LANGUAGE, *known), types).whole_tests()
    names, maybe = free_names(tree)
    return UnaryTests(text, tree, names - {"?"}, maybe, compile_node(tree))
