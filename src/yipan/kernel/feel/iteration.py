"""Loops: for, some, every and filters. Every element visited is charged to the budget."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from . import nodes as n
from .runtime import Scope, Step
from .values import Range

Domain = tuple[str, Step, Step | None]


def elements(scope: Scope, first: Any, last: Any, *, two: bool) -> Iterator[Any] | None:
    """What a loop runs over: a list, a range or ``first..last`` (downwards too); None when it cannot be run over."""
    if not two and isinstance(first, Range):
        if first.low is None or first.high is None:
            return None
        step: Any = Decimal(1) if isinstance(first.low, Decimal) else dt.timedelta(days=1)
        low = first.low if first.low_included else first.low + step
        high = first.high if first.high_included else first.high - step
        return _count(scope, low, high) if _countable(low, high) and low <= high else iter(())
    if two:
        return _count(scope, first, last) if _countable(first, last) else None
    if first is None:
        return None
    return iter(first if isinstance(first, list) else [first])


def _countable(low: Any, high: Any) -> bool:
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return low == low.to_integral_value() and high == high.to_integral_value()
    return type(low) is dt.date and type(high) is dt.date


def _count(scope: Scope, low: Any, high: Any) -> Iterator[Any]:
    step: Any = Decimal(1) if isinstance(low, Decimal) else dt.timedelta(days=1)
    step = step if low <= high else -step
    at = low
    while at != high:
        scope.run.spend(1)
        yield at
        at += step
    yield at


def _nest(scope: Scope, domains: list[Domain], visit: Callable[[Scope], bool]) -> bool | None:
    """Visit every combination; ``visit`` returns False to stop. None when a domain is no list."""
    name, low, high = domains[0]
    over = elements(scope, low(scope), high(scope) if high else None, two=high is not None)
    if over is None:
        return None
    for value in over:
        scope.run.spend(1)
        inner = scope.child({name: value})
        answer = visit(inner) if len(domains) == 1 else _nest(inner, domains[1:], visit)
        if answer is not True:
            return answer
    return True


def loop(domains: list[Domain], body: Step, *, partial: bool) -> Step:
    """``partial``: whether the body reads its earlier results; it sees a copy, or a list could contain itself."""

    def run(scope: Scope) -> list[Any] | None:
        results: list[Any] = []

        def visit(inner: Scope) -> bool:
            if partial:
                scope.run.spend(len(results))
                inner = inner.child({"partial": list(results)})
            results.append(body(inner))
            return True

        return results if _nest(scope, domains, visit) is not None else None

    return run


def quantified(domains: list[Domain], body: Step, *, every: bool) -> Step:
    decisive = not every

    def run(scope: Scope) -> bool | None:
        unknown = False

        def visit(inner: Scope) -> bool:
            nonlocal unknown
            value = body(inner)
            if value is not True and value is not False:
                unknown = True
            return value is not decisive

        done = _nest(scope, domains, visit)
        if done is False:
            return decisive
        return None if done is None or unknown else every

    return run


def filtered(source: Step, test: Step, node: n.Node) -> Step:
    """``list[3]``, ``list[-1]`` or ``list[condition]``; a single value stands for a list of one."""
    literal = isinstance(node, n.Literal) or (isinstance(node, n.Unary) and isinstance(node.operand, n.Literal))

    def run(scope: Scope) -> Any:
        items = source(scope)
        if literal and isinstance(index := test(scope), Decimal):
            return _pick(items, index)
        if items is None:
            return None
        items = items if isinstance(items, list) else [items]
        kept: list[Any] = []
        for item in items:
            scope.run.spend(1)
            names = {**item, "item": item} if isinstance(item, dict) and "item" not in item else item
            inner = scope.child(names if isinstance(names, dict) else {"item": item})
            answer = test(inner)
            if isinstance(answer, Decimal):
                return _pick(items, answer)
            if answer is True:
                kept.append(item)
        return kept

    return run


def _pick(items: Any, index: Decimal) -> Any:
    if items is None:
        return None
    items = items if isinstance(items, list) else [items]
    if index != index.to_integral_value() or not 1 <= abs(index) <= len(items):
        return None
    return items[int(index) - 1] if index > 0 else items[int(index)]
