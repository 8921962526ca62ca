"""Decision tables over whole tables: the value, the rule, what breaks the hit policy, and what was missing.

The meaning is that of ``kernel.dmn`` row by row: a cell counts as met only when it is true. Hit policies that give
lists (RULE ORDER, OUTPUT ORDER, COLLECT without a function) have no single value per row and are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yipan.kernel.dmn.model import Table

from .. import frames
from . import columns
from . import tree as t
from .reading import joined, read, read_tests
from .tree import NotSetwise

_KINDS = {"string": "string", "number": "number", "boolean": "boolean", "date": "date"}
_LISTS = "会给出多个结果，整表计算每行只有一个"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a frame of outcomes has beside the outputs: ``rule`` the first that fired (from 1, 0 none), ``violation``,
    ``missing`` a mask over ``inputs``."""

    outputs: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    test: t.Node
    outputs: tuple[t.Node, ...]


class DecisionTable:
    """``over(frame)`` gives the kept columns, ``outcome.outputs``, ``rule``, ``violation`` and ``missing``."""

    def __init__(self, table: Table, known: t.Columns) -> None:
        self.table = table
        if table.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
            table.hit_policy == "COLLECT" and not table.aggregation
        ):
            raise NotSetwise(f"命中策略 {table.hit_policy} {_LISTS}", 0, "请改用 FIRST、UNIQUE、ANY、PRIORITY 或汇总")
        if not table.rules:
            raise NotSetwise("决策表没有规则")
        self.inputs = [self._input(at, known) for at in range(len(table.inputs))]
        self.allowed = [
            read_tests(column.allowed, value, known) if column.allowed else None
            for column, value in zip(table.inputs, self.inputs, strict=True)
        ]
        self.rules = [self._rule(number, known) for number in range(len(table.rules))]
        self.defaults = [
            read(column.default.text, known) if column.default is not None else None for column in table.outputs
        ]
        self.types = [self._output_type(at) for at in range(len(table.outputs))]
        self.order = self._priority() if table.hit_policy == "PRIORITY" else list(range(len(self.rules)))
        names = tuple(column.name or f"output_{at + 1}" for at, column in enumerate(table.outputs))
        self.outcome = Outcome(names, tuple(column.label for column in table.inputs))

    # -- reading -----------------------------------------------------------------------------------------------------

    def _input(self, at: int, known: t.Columns) -> t.Node:
        column = self.table.inputs[at]
        value = _placed(f"输入列“{column.label}”", read, column.expression.text, known)
        _fits(column.expression.type_ref, value.type, f"输入列“{column.label}”")
        return value

    def _rule(self, number: int, known: t.Columns) -> _Rule:
        rule = self.table.rules[number]
        where = f"规则 {number + 1}"
        parts = [
            _placed(where, read_tests, text, value, known)
            for text, value in zip(rule.tests, self.inputs, strict=True)
            if text.strip() not in ("", "-")
        ]
        test = t.All(t.BOOLEAN, tuple(parts)) if parts else t.Constant(t.BOOLEAN, True)
        return _Rule(test, tuple(_placed(where, read, text, known) for text in rule.outputs))

    def _output_type(self, at: int) -> t.Type:
        column = self.table.outputs[at]
        if column.allowed and self.table.hit_policy != "PRIORITY":
            raise NotSetwise(
                f"输出列“{column.label or column.name}”限定了取值，整表计算不检查结果", 0, "请去掉输出的允许值"
            )
        default = self.defaults[at]
        found = [rule.outputs[at].type for rule in self.rules] + ([default.type] if default is not None else [])
        kind = found[0]
        for other in found[1:]:
            kind = joined(0, kind, other)
        _fits(column.type_ref, kind, f"输出列“{column.label or column.name}”")
        if self.table.aggregation in ("SUM", "MIN", "MAX") and kind.kind != "number":
            raise NotSetwise("汇总的结果须是数字")
        return kind

    # -- over columns ------------------------------------------------------------------------------------------------

    def over(self, frame: frames.Frame, keep: tuple[str, ...] = ()) -> frames.Frame:
        hits = [frames.known(columns.expression(rule.test, frame, sure=False), False) for rule in self.rules]
        outside = [
            ~frames.known(columns.expression(test, frame, sure=False), False)
            & ~frames.absent(columns.expression(value, frame, sure=False))
            for test, value in zip(self.allowed, self.inputs, strict=True)
            if test is not None
        ]
        wrong = frames.either(outside) if outside else frames.constant(False, "boolean")
        number = frames.how_many(hits)
        values, broken = self._values(frame, hits, number)
        made = {name: frame[name] for name in keep}
        for name, value, kind, node in zip(self.outcome.outputs, values, self.types, self.defaults, strict=True):
            nothing = frames.constant(None, kind.kind, kind.scale)
            default = nothing if node is None else columns.fitted(node, kind, frame, sure=False)
            made[name] = frames.cases([(wrong | broken, nothing), (number == frames.whole(0), default)], value)
        first = frames.cases([(hit, frames.whole(at + 1)) for at, hit in enumerate(hits)], frames.whole(0))
        made["rule"] = frames.when(wrong, frames.whole(0), first)
        made["violation"] = wrong | broken
        made["missing"] = frames.bits(
            [frames.absent(columns.expression(one, frame, sure=False)) for one in self.inputs]
        )
        return frame.select(**made)

    def _values(self, frame: frames.Frame, hits: list[Any], number: Any) -> tuple[list[Any], Any]:
        """A value for each output where at least one rule fired, and where the hit policy is broken."""
        policy = self.table.hit_policy
        cells = [
            [columns.fitted(rule.outputs[at], kind, frame, sure=False) for rule in self.rules]
            for at, kind in enumerate(self.types)
        ]
        never = frames.constant(False, "boolean")
        if policy == "COLLECT":
            found = [self._collected(hits, column, kind) for column, kind in zip(cells, self.types, strict=True)]
            counts = self.table.aggregation == "COUNT" or len(found) > 1
            return found, never if counts else frames.absent(found[0]) & (number > frames.whole(0))
        order = self.order
        firsts = [
            frames.cases([(hits[at], column[at]) for at in order], frames.constant(None, kind.kind, kind.scale))
            for column, kind in zip(cells, self.types, strict=True)
        ]
        if policy == "UNIQUE":
            return firsts, number > frames.whole(1)
        if policy == "ANY":
            differs = [
                hit & ~(frames.known(cell == first, False) | (frames.absent(cell) & frames.absent(first)))
                for column, first in zip(cells, firsts, strict=True)
                for hit, cell in zip(hits, column, strict=True)
            ]
            return firsts, frames.either(differs)
        return firsts, never

    def _collected(self, hits: list[Any], cells: list[Any], kind: t.Type) -> Any:
        if self.table.aggregation == "COUNT":
            return frames.fitted(frames.how_many(hits), 0)
        nothing = frames.constant(None, kind.kind, kind.scale)
        null = frames.either([hit & frames.absent(cell) for hit, cell in zip(hits, cells, strict=True)])
        if self.table.aggregation == "SUM":
            zero = frames.constant(Decimal(0), "number", kind.scale)
            total = zero
            for hit, cell in zip(hits, cells, strict=True):
                total = frames.fitted(total + frames.when(hit, cell, zero), kind.scale)
            return frames.when(null, nothing, total)
        given = [frames.when(hit, cell, nothing) for hit, cell in zip(hits, cells, strict=True)]
        return frames.when(null, nothing, frames.extreme(given, least=self.table.aggregation == "MIN"))

    def _priority(self) -> list[int]:
        """Rules in the order of their output values, the first column first; only for values that are written down."""
        orders = []
        for column in self.table.outputs:
            if not column.allowed:
                raise NotSetwise("优先策略须列出输出的允许值")
            orders.append([part.strip() for part in _split(column.allowed)])

        places = []
        for number, rule in enumerate(self.table.rules):
            texts = [text.strip() for text in rule.outputs]
            strange = next((text for text, order in zip(texts, orders, strict=True) if text not in order), None)
            if strange is not None:
                raise NotSetwise(f"规则 {number + 1} 的结果“{strange}”不在允许值中")
            places.append(tuple(order.index(text) for text, order in zip(texts, orders, strict=True)))
        return sorted(range(len(self.rules)), key=places.__getitem__)


def _split(allowed: str) -> list[str]:
    """Values of a list of constants, by commas outside quotes."""
    found, inside, part = [], False, ""
    for letter in allowed:
        inside = inside != (letter == '"')
        if letter == "," and not inside:
            found.append(part)
            part = ""
        else:
            part += letter
    return [*found, part]


def _fits(written: str, found: t.Type, where: str) -> None:
    """The declared type is the one the columns give; anything else would be converted row by row."""
    if written and written not in ("Any", "any") and _KINDS.get(written) != found.kind:
        raise NotSetwise(f"{where}声明为 {written}，数据是{found.shown}", 0, "请使类型一致")


def _placed(where: str, read_: Any, *arguments: Any) -> t.Node:
    try:
        return read_(*arguments)
    except NotSetwise as problem:
        raise problem.within(where) from problem


def table(one: Table, columns_: Mapping[str, str]) -> DecisionTable:
    """Read a decision table over columns. Raises NotSetwise with the place."""
    return DecisionTable(one, t.columns_of(columns_))
