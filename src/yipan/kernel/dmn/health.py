"""What is wrong with a decision table as a whole: overlaps, gaps, rules that never fire, contradicting outputs.

Exact for cells that compare the input with literals: numbers, dates, durations, texts, truth. Their boundaries cut each
input into pieces on which every cell says the same, so that one value of a piece speaks for all of it. Cells of another
kind (functions of ``?``, other inputs) are named; their column counts as always met for gaps, and a rule with one is
told to overlap or shadow no other.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cmp_to_key, lru_cache, partial
from typing import Any, Literal

from yipan.kernel import feel
from yipan.kernel.feel import nodes as n
from yipan.kernel.feel.compiler import compile_node
from yipan.kernel.feel.runtime import Root, Run
from yipan.kernel.feel.values import kind, less, show

from .model import Table

Kind = Literal["overlap", "conflict", "gap", "shadowed", "never", "opaque", "large"]
MOST_EXAMPLES = 20
MOST_STATES = 200_000
OTHER = "\uffff其他"
_ORDERED = ("number", "date", "date and time", "time", "days and time duration")


@dataclass(frozen=True, slots=True)
class Fault:
    """``rules`` count from 1; ``example`` are values of the inputs, as text, for which it shows."""

    kind: Kind
    rules: tuple[int, ...]
    example: tuple[tuple[str, str], ...]
    message: str


def faults(table: Table) -> list[Fault]:
    """Everything found, rules in their order; empty for a table that is whole and without contradiction."""
    return _Health(table).run()


@dataclass(frozen=True, slots=True)
class _Column:
    """``pieces``: one value for each piece; ``cover``: per rule the pieces its cell is met by, as bits."""

    label: str
    pieces: tuple[Any, ...]
    cover: tuple[int, ...]


class _Health:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.found: list[Fault] = []
        self.opaque: set[int] = set()  # rules with a cell nothing is known of
        self.columns: list[_Column] = []
        self.columns = [self._column(at) for at in range(len(table.inputs))]

    def run(self) -> list[Fault]:
        usable = [rule for rule in range(len(self.table.rules)) if self._can_fire(rule)]
        self._overlaps(usable)
        for look, what in ((partial(self._shadowed, usable), "有被遮住的规则"), (self._gaps, "有遗漏")):
            try:
                look()
            except OverflowError:
                self.say("large", (), (), f"表太大，没有查完是否{what}")
        return self.found

    def say(self, kind_: Kind, rules: tuple[int, ...], values: tuple[Any, ...], message: str) -> None:
        shown = tuple(
            (column.label, "其他值" if value == OTHER else show(value, inside=True))
            for column, value in zip(self.columns, values, strict=False)
        )
        self.found.append(Fault(kind_, tuple(rule + 1 for rule in rules), shown, message))

    # -- pieces ------------------------------------------------------------------------------------------------------

    def _column(self, at: int) -> _Column:
        column = self.table.inputs[at]
        texts = [rule.tests[at] for rule in self.table.rules]
        cells = [_cell(text) for text in texts]
        literals = [value for cell in cells if cell is not None for value in cell.literals]
        allowed = _cell(column.allowed) if column.allowed else None
        if allowed is not None:
            literals += allowed.literals
        for rule, cell in enumerate(cells):
            if cell is None:
                text = texts[rule]
                self.opaque.add(rule)
                self.say("opaque", (rule,), (), f"规则 {rule + 1} 的条件“{text}”不是与常量的比较，不能参与检查")
        pieces = _pieces(literals)
        if allowed is not None:
            pieces = tuple(piece for piece in pieces if allowed.meets(piece))
        everything = (1 << len(pieces)) - 1
        cover = tuple(
            everything if cell is None else sum(1 << i for i, piece in enumerate(pieces) if cell.meets(piece))
            for cell in cells
        )
        return _Column(column.label, pieces, cover)

    def _can_fire(self, rule: int) -> bool:
        for column in self.columns:
            if not column.cover[rule]:
                self.say("never", (rule,), (), f"规则 {rule + 1} 在“{column.label}”上没有任何值能满足，永远不会命中")
                return False
        return True

    # -- two rules at once -------------------------------------------------------------------------------------------

    def _overlaps(self, usable: list[int]) -> None:
        policy = self.table.hit_policy
        if policy not in ("UNIQUE", "ANY"):
            return
        shown = 0
        for at, one in enumerate(usable):
            for other in usable[at + 1 :] if one not in self.opaque else ():
                if other in self.opaque:
                    continue
                common = [column.cover[one] & column.cover[other] for column in self.columns]
                if not all(common):
                    continue
                same = self.table.rules[one].outputs == self.table.rules[other].outputs
                if policy == "ANY" and same:
                    continue
                shown += 1
                if shown > MOST_EXAMPLES:
                    return
                values = tuple(_first(column, bits) for column, bits in zip(self.columns, common, strict=True))
                what = "结果相同" if same else "结果不同"
                kind_: Kind = "overlap" if same else "conflict"
                self.say(kind_, (one, other), values, f"规则 {one + 1} 与规则 {other + 1} 会同时命中（{what}）")

    def _shadowed(self, usable: list[int]) -> None:
        """Under FIRST, a rule that the rules above it leave nothing to."""
        if self.table.hit_policy != "FIRST":
            return
        for at, rule in enumerate(usable):
            above = [one for one in usable[:at] if one not in self.opaque]
            if above and self._uncovered(above, [column.cover[rule] for column in self.columns]) is None:
                self.say("shadowed", (rule,), (), f"规则 {rule + 1} 被上面的规则完全遮住，永远不会命中")

    # -- what no rule covers -----------------------------------------------------------------------------------------

    def _gaps(self) -> None:
        if any(output.default is not None for output in self.table.outputs) or not self.columns:
            return
        rules = list(range(len(self.table.rules)))
        values = self._uncovered(rules, [(1 << len(column.pieces)) - 1 for column in self.columns])
        if values is not None:
            self.say("gap", (), values, "有的情况没有规则命中，也没有默认结果")

    def _uncovered(self, rules: list[int], within: list[int]) -> tuple[Any, ...] | None:
        """Values that none of the rules covers, inside the given pieces; None when all is covered. Raises OverflowError
        when there are too many states to look at."""
        states = 0

        @cache
        def search(at: int, alive: int) -> tuple[int, ...] | None:
            nonlocal states
            states += 1
            if states > MOST_STATES:
                raise OverflowError
            if at == len(self.columns):
                return None if alive else ()
            column = self.columns[at]
            seen: set[int] = set()
            for piece in _bits(within[at]):
                left = sum(1 << i for i, rule in enumerate(rules) if alive >> i & 1 and column.cover[rule] >> piece & 1)
                if left in seen:
                    continue
                seen.add(left)
                rest = search(at + 1, left)
                if rest is not None:
                    return (piece, *rest)
            return None

        found = search(0, (1 << len(rules)) - 1)
        if found is None:
            return None
        return tuple(column.pieces[piece] for column, piece in zip(self.columns, found, strict=True))


def _bits(mask: int) -> Iterator[int]:
    at = 0
    while mask:
        if mask & 1:
            yield at
        mask, at = mask >> 1, at + 1


def _first(column: _Column, bits: int) -> Any:
    return column.pieces[next(_bits(bits))]


# -- cells ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    literals: tuple[Any, ...]
    meets: Callable[[Any], bool]


@lru_cache(maxsize=4096)
def _cell(text: str) -> _Cell | None:
    """A cell that only compares with literals; None for one that does something else."""
    if not text or text == "-":
        return _Cell((), lambda _value: True)
    try:
        tests = feel.compile_unary_tests(text)
    except feel.FeelError:
        return None
    found: list[Any] = []
    for one in tests.tree.tests if isinstance(tests.tree, n.UnaryTests) else ():
        if not _literals(one, found):
            return None
    return _Cell(tuple(found), lambda value: tests.evaluate(value, {}) is True)


def _literals(node: n.Node, found: list[Any]) -> bool:
    """Collect the literals of one test; false when there is more than literals in it."""
    match node:
        case n.Compare():
            return _literals(node.operand, found)
        case n.RangeOf():
            return _literals(node.low, found) and _literals(node.high, found)
        case n.ListOf():
            return all(_literals(item, found) for item in node.items)
        case n.Literal() | n.Unary() | n.Call():
            if _reads_anything(node):
                return False
            value = _value(node)
            if value is not None:
                found.append(value)
            return True
        case _:
            return False


def _reads_anything(node: n.Node) -> bool:
    if isinstance(node, n.Call):
        return any(_reads_anything(argument) for argument in node.arguments)
    return isinstance(node, n.Name) or any(_reads_anything(child) for child in n.children(node))


def _value(node: n.Node) -> Any:
    return compile_node(node)(Root({}, Run(None, 10_000)))


def _pieces(literals: list[Any]) -> tuple[Any, ...]:
    """One value of each piece: of ordered kinds the boundaries, what lies between them and beyond; of others the values
    and something else."""
    kinds = {kind(value) for value in literals}
    if kinds == {"boolean"}:
        return (True, False)
    ordered = next(iter(kinds)) if len(kinds) == 1 else ""
    if ordered in _ORDERED:
        marks = _sorted(literals)
        found: list[Any] = [_beyond(marks[0], -1, ordered)]
        for at, mark in enumerate(marks):
            found.append(mark)
            found.append(_between(mark, marks[at + 1], ordered) if at + 1 < len(marks) else _beyond(mark, 1, ordered))
        return tuple(value for value in found if value is not None)
    unique = list(dict.fromkeys(literals))
    return (*unique, OTHER)


def _sorted(values: list[Any]) -> list[Any]:
    ordered = sorted(values, key=cmp_to_key(lambda a, b: -1 if less(a, b) else 1 if less(b, a) else 0))
    return [value for at, value in enumerate(ordered) if at == 0 or value != ordered[at - 1]]


def _beyond(value: Any, side: int, sort: str) -> Any:
    """A value before (-1) or after (1) a boundary; None when the kind has none there."""
    if sort == "number":
        return value + Decimal(side)
    if sort == "time":
        moved = dt.datetime.combine(dt.date(2000, 1, 2), value) + dt.timedelta(seconds=side)
        return moved.timetz() if moved.date() == dt.date(2000, 1, 2) else None
    step = dt.timedelta(days=1) if sort == "date" else dt.timedelta(seconds=1)
    try:
        return value + step * side
    except OverflowError:
        return None


def _between(low: Any, high: Any, sort: str) -> Any:
    if sort == "number":
        return (low + high) / 2
    if sort == "date":
        days = (high - low).days
        return low + dt.timedelta(days=1) if days > 1 else None
    if sort == "time":
        day = dt.date(2000, 1, 2)
        gap = dt.datetime.combine(day, high) - dt.datetime.combine(day, low)
        return (dt.datetime.combine(day, low) + gap / 2).timetz() if gap else None
    return low + (high - low) / 2
