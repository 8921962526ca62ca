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
from functools import cache, cmp_to_key, lru_cache, partial, reduce
from itertools import accumulate
from operator import or_
from typing import Any, Literal

from yipan.kernel import feel
from yipan.kernel.feel import nodes as n
from yipan.kernel.feel.compiler import compile_node
from yipan.kernel.feel.runtime import Root, Run
from yipan.kernel.feel.values import kind, less, show

from .model import Document, Table, table_of

Kind = Literal["overlap", "conflict", "gap", "shadowed", "never", "opaque", "large"]
ERRORS = frozenset(("conflict", "never", "shadowed"))
MOST_EXAMPLES = 20
MOST_STEPS = 2_000_000
OTHER = "\uffff其他"
_ORDERED = ("number", "date", "date and time", "time", "days and time duration")


@dataclass(frozen=True, slots=True)
class Fault:
    """``rules`` count from 1; ``example`` are values of the inputs, as text, for which it shows; ``line`` is that of
    the last of the rules, or of the table."""

    kind: Kind
    rules: tuple[int, ...]
    example: tuple[tuple[str, str], ...]
    message: str
    line: int = 0

    @property
    def is_error(self) -> bool:
        """Whether it stands in the way of use: what contradicts itself is wrong whatever was meant."""
        return self.kind in ERRORS

    def __str__(self) -> str:
        example = "，".join(f"{column} = {value}" for column, value in self.example)
        return f"{self.message}，例如 {example}" if example else self.message


def faults(table: Table) -> list[Fault]:
    """Everything found, rules in their order; empty for a table that is whole and without contradiction."""
    return _Health(table).run()


def faults_of(document: Document) -> list[tuple[str, Fault]]:
    """Faults of every table that is a decision's or knowledge model's whole logic, with the name of its owner."""
    tables = [(node.name, table_of(node)) for node in document.nodes.values()]
    return [(name, fault) for name, table in tables if table is not None for fault in faults(table)]


@dataclass(frozen=True, slots=True)
class _Column:
    """``pieces``: one value for each piece; ``cover``: per rule the pieces its cell is met by, as bits; ``rules``: per
    piece the rules whose cells it meets."""

    label: str
    pieces: tuple[Any, ...]
    cover: tuple[int, ...]
    rules: tuple[int, ...]


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
        line = self.table.rules[rules[-1]].line if rules else self.table.line
        self.found.append(Fault(kind_, tuple(rule + 1 for rule in rules), shown, message, line))

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
        ground = _Ground(_pieces(literals), allowed)
        cover = tuple(map(ground.cover, cells))
        return _Column(column.label, ground.kept, cover, _turned(cover, len(ground.kept)))

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
        when there is too much to look at."""
        steps = 0

        @cache
        def search(at: int, alive: int) -> tuple[int, ...] | None:
            nonlocal steps
            if at == len(self.columns):
                return None if alive else ()
            steps += len(self.columns[at].pieces)
            if steps > MOST_STEPS:
                raise OverflowError
            column = self.columns[at]
            seen: set[int] = set()
            for piece in _bits(within[at]):
                left = alive & column.rules[piece]
                if left in seen:
                    continue
                seen.add(left)
                rest = search(at + 1, left)
                if rest is not None:
                    return (piece, *rest)
            return None

        found = search(0, sum(1 << rule for rule in rules))
        if found is None:
            return None
        return tuple(column.pieces[piece] for column, piece in zip(self.columns, found, strict=True))


def _bits(mask: int) -> Iterator[int]:
    """Places of the bits that are set, the lowest first."""
    written = bin(mask)[:1:-1]
    at = written.find("1")
    while at >= 0:
        yield at
        at = written.find("1", at + 1)


def _turned(cover: tuple[int, ...], pieces: int) -> tuple[int, ...]:
    """Bits of pieces by rule → bits of rules by piece."""
    found = [0] * pieces
    for rule, bits in enumerate(cover):
        for piece in _bits(bits):
            found[piece] |= 1 << rule
    return tuple(found)


def _first(column: _Column, bits: int) -> Any:
    return column.pieces[next(_bits(bits))]


# -- cells ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    literals: tuple[Any, ...]
    meets: Callable[[Any], bool]


class _Ground:
    """The pieces of one input. ``kept``: those its allowed values leave.

    Where all are of one ordered kind, a cell's answer can change only at its own literals: it is asked once for each of
    them and once for each stretch between, not for every piece."""

    def __init__(self, pieces: tuple[Any, ...], allowed: "_Cell | None") -> None:
        self.pieces = pieces
        kept = [allowed is None or allowed.meets(piece) for piece in pieces]
        self.kept = tuple(piece for piece, stays in zip(pieces, kept, strict=True) if stays)
        bits = [0] * len(pieces)
        for number, at in enumerate(at for at, stays in enumerate(kept) if stays):
            bits[at] = 1 << number
        self.bits = bits
        kinds = {kind(piece) for piece in pieces}
        self.ordered = len(kinds) == 1 and kinds <= {*_ORDERED, "string"}
        order = sorted(range(len(pieces)), key=pieces.__getitem__) if kinds == {"string"} else range(len(pieces))
        self.order = [pieces[at] for at in order]
        self.places = {piece: place for place, piece in enumerate(self.order)} if self.ordered else {}
        self.upto = [0, *accumulate((bits[at] for at in order), or_)]

    def cover(self, cell: "_Cell | None") -> int:
        """The kept pieces that meet a cell, as bits; all of them for one nothing is known of."""
        if cell is None or not cell.literals:
            return self.upto[-1] if cell is None or cell.meets(OTHER) else 0
        marks = sorted({self.places.get(literal, -1) for literal in cell.literals})
        if not self.ordered or marks[0] < 0:
            met = (bit for bit, piece in zip(self.bits, self.pieces, strict=True) if bit and cell.meets(piece))
            return reduce(or_, met, 0)
        found, begin = 0, 0
        for mark in (*marks, len(self.order)):
            for start, end in ((begin, mark), (mark, mark + 1)):
                if start < min(end, len(self.order)) and cell.meets(self.order[start]):
                    found |= self.upto[end] ^ self.upto[start]
            begin = mark + 1
        return found


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
    """One value of each piece, kind by kind: of ordered ones the boundaries, what lies between them and beyond; of
    others the values. Where that is not all there can be, something else, and the text before all others."""
    groups: dict[tuple[str, bool], list[Any]] = {}
    for value in literals:
        groups.setdefault((kind(value), getattr(value, "tzinfo", None) is not None), []).append(value)
    found: list[Any] = []
    for (sort, _), values in groups.items():
        if sort == "boolean":
            found += [True, False]
        else:
            found += _stretches(_sorted(values), sort) if sort in _ORDERED else dict.fromkeys(values)
    if len(groups) == 1 and next(iter(groups))[0] in ("boolean", *_ORDERED):
        return tuple(found)
    first = [""] if ("string", False) in groups and "" not in found else []
    return (*found, OTHER, *first)


def _stretches(marks: list[Any], sort: str) -> list[Any]:
    found: list[Any] = [_beyond(marks[0], -1, sort)]
    for at, mark in enumerate(marks):
        found.append(mark)
        found.append(_between(mark, marks[at + 1], sort) if at + 1 < len(marks) else _beyond(mark, 1, sort))
    return [value for value in found if value is not None]


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
