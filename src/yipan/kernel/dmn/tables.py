"""Decision tables: which rules fire, what the hit policy makes of them, and why (DMN 1.5 §8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yipan.kernel.feel.runtime import Scope, Step
from yipan.kernel.feel.values import NUMBERS, equal, less

from .model import Table

Coerce = Callable[[Any, Scope], Any]


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that would have fired but for one condition: its number (from 1) and the input that did not meet it;
    ``unknown``: it could not be said, because data are missing."""

    rule: int
    input: str
    test: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class Fired:
    """Why a table answered as it did. ``rules`` count from 1; ``violation``: what breaks the hit policy, "" when
    nothing does; ``defaulted``: no rule fired, the default was taken."""

    table: str
    inputs: tuple[tuple[str, Any], ...]
    rules: tuple[int, ...]
    near: tuple[Near, ...]
    annotations: tuple[tuple[str, ...], ...]
    violation: str = ""
    defaulted: bool = False


@dataclass(frozen=True, slots=True)
class ReadyTable:
    """A table compiled: per input its value and its allowed values, per rule its tests and outputs."""

    table: Table
    inputs: tuple[Step, ...]
    input_types: tuple[Coerce, ...]
    allowed: tuple[Step | None, ...]
    tests: tuple[tuple[Step | None, ...], ...]  # None: always met
    outputs: tuple[tuple[Step, ...], ...]
    output_types: tuple[Coerce, ...]
    output_allowed: tuple[Step | None, ...]
    orders: tuple[tuple[Step, ...], ...]  # output values in their order, for priorities
    defaults: tuple[Step | None, ...]

    def decide(self, scope: Scope) -> tuple[Any, Fired]:
        table = self.table
        values = [self.input_types[i](step(scope), scope) for i, step in enumerate(self.inputs)]
        named = tuple((column.label, value) for column, value in zip(table.inputs, values, strict=True))
        for column, value, allowed in zip(table.inputs, values, self.allowed, strict=True):
            if allowed is not None and value is not None and allowed(scope.child({"?": value})) is not True:
                return None, self._fired(named, (), (), f"“{column.label}”的值不在允许的范围内")
        hits, near = self._hits(scope, values)
        if not hits:
            return self._default(scope), self._fired(named, (), near, defaulted=any(self.defaults))
        if table.hit_policy == "FIRST":
            hits = hits[:1]
        results = [self._outputs(scope, rule) for rule in hits]
        fired = tuple(rule + 1 for rule in hits)
        value, violation = _POLICIES[table.hit_policy](self, scope, results)
        return value, self._fired(named, fired, near, violation)

    def _hits(self, scope: Scope, values: Sequence[Any]) -> tuple[list[int], tuple[Near, ...]]:
        hits: list[int] = []
        near: list[Near] = []
        inner = [scope.child({"?": value}) for value in values]
        for rule, tests in enumerate(self.tests):
            scope.run.spend(1)
            failed: list[tuple[int, Any]] = []
            for column, test in enumerate(tests):
                if test is None:
                    continue
                answer = test(inner[column])
                if answer is not True:
                    failed.append((column, answer))
                    if len(failed) > 1:
                        break
            if not failed:
                hits.append(rule)
                if self.table.hit_policy == "FIRST":
                    break
            elif len(failed) == 1:
                column, answer = failed[0]
                text = self.table.rules[rule].tests[column]
                unknown = answer is None or values[column] is None  # ``null = "a"`` is false, but says nothing
                near.append(Near(rule + 1, self.table.inputs[column].label, text, unknown))
        return hits, tuple(near)

    def _outputs(self, scope: Scope, rule: int) -> dict[str, Any] | Any:
        made = []
        for column, step in enumerate(self.outputs[rule]):
            value = self.output_types[column](step(scope), scope)
            allowed = self.output_allowed[column]
            if allowed is not None and value is not None and allowed(scope.child({"?": value})) is not True:
                value = None
            made.append(value)
        return self._shaped(made)

    def _shaped(self, values: list[Any]) -> Any:
        if len(self.table.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.table.outputs, values, strict=True)}

    def _default(self, scope: Scope) -> Any:
        if not any(self.defaults):
            return None
        return self._shaped([step(scope) if step is not None else None for step in self.defaults])

    def _fired(
        self, inputs: tuple[tuple[str, Any], ...], rules: tuple[int, ...], near: tuple[Near, ...], violation: str = "",
        *, defaulted: bool = False,
    ) -> Fired:  # fmt: skip
        notes = tuple(self.table.rules[rule - 1].annotations for rule in rules)
        return Fired(self.table.id, inputs, rules, near, notes, violation, defaulted)

    # -- orders of outputs -------------------------------------------------------------------------------------------

    def ordered(self, scope: Scope, results: list[Any]) -> list[Any]:
        """By the order of the output values, the first column first; equal ones keep the order of the rules."""
        orders = [[step(scope) for step in column] for column in self.orders]

        def place(result: Any) -> tuple[int, ...]:
            parts = list(result.values()) if len(orders) > 1 else [result]
            return tuple(_index(order, part) for order, part in zip(orders, parts, strict=True))

        return sorted(results, key=place)


def _index(order: list[Any], value: Any) -> int:
    return next((at for at, one in enumerate(order) if equal(one, value) is True), len(order))


# -- hit policies: the value, and what breaks the policy --------------------------------------------------------------


def _unique(_table: ReadyTable, _scope: Scope, results: list[Any]) -> tuple[Any, str]:
    if len(results) > 1:
        return None, "命中策略为唯一（U），但有多条规则同时命中"
    return results[0], ""


def _any(_table: ReadyTable, scope: Scope, results: list[Any]) -> tuple[Any, str]:
    same = all(_same(results[0], other, scope) for other in results[1:])
    return (results[0], "") if same else (None, "命中策略为任意（A），但命中规则的结果不同")


def _same(one: Any, other: Any, scope: Scope) -> bool:
    return (one is None and other is None) or equal(one, other, scope.run.spend) is True


def _first(_table: ReadyTable, _scope: Scope, results: list[Any]) -> tuple[Any, str]:
    return results[0], ""


def _priority(table: ReadyTable, scope: Scope, results: list[Any]) -> tuple[Any, str]:
    return table.ordered(scope, results)[0], ""


def _in_rule_order(_table: ReadyTable, _scope: Scope, results: list[Any]) -> tuple[Any, str]:
    return results, ""


def _in_output_order(table: ReadyTable, scope: Scope, results: list[Any]) -> tuple[Any, str]:
    return table.ordered(scope, results), ""


def _collect(table: ReadyTable, _scope: Scope, results: list[Any]) -> tuple[Any, str]:
    kind = table.table.aggregation
    if not kind:
        return results, ""
    if kind == "COUNT":
        return Decimal(len(results)), ""
    if len(table.table.outputs) > 1:
        names = [column.name for column in table.table.outputs]
        return {name: _aggregate(kind, [one[name] for one in results]) for name in names}, ""
    value = _aggregate(kind, results)
    return value, "" if value is not None else "汇总（C）的结果不能相加或比较"


def _aggregate(kind: str, values: list[Any]) -> Any:
    if kind == "SUM":
        if not all(isinstance(one, Decimal) for one in values):
            return None
        total = Decimal(0)
        for one in values:
            total = NUMBERS.add(total, one)
        return total
    best = values[0]
    for one in values[1:]:
        smaller = less(one, best)
        if smaller is None:
            return None
        if smaller is (kind == "MIN") and equal(one, best) is not True:
            best = one
    return best


_POLICIES: dict[str, Callable[[ReadyTable, Scope, list[Any]], tuple[Any, str]]] = {
    "UNIQUE": _unique, "ANY": _any, "FIRST": _first, "PRIORITY": _priority, "RULE ORDER": _in_rule_order,
    "OUTPUT ORDER": _in_output_order, "COLLECT": _collect,
}  # fmt: skip
