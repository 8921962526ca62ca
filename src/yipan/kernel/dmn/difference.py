"""What changed between two versions of a decision model, table by table, column by column, rule by rule.

Rules are the same when they say the same, or bear the same id, or stand between the same neighbours; so a rule that was
only moved is told as moved, and one whose cell was changed as changed, with both texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from .model import Decision, Document, Knowledge, Rule, Table, TableInput, TableOutput, TextExpression, table_of

What = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell by its column's label; texts as written, "" where a side has no such column."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """``before`` and ``after`` are rule numbers from 1 (None where a side has none). ``cells``: all of an added
    or removed rule, those that differ for a changed one."""

    what: What
    before: int | None
    after: int | None
    cells: tuple[CellChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A decision or knowledge model. ``settings``: name, hit policy, columns and literal expressions that differ."""

    what: What
    id: str
    name: str
    settings: tuple[CellChange, ...] = ()
    rules: tuple[RuleChange, ...] = ()


def compare(old: Document, new: Document) -> tuple[NodeChange, ...]:
    """Every decision and knowledge model that differs, in the order of the new document, removed ones last."""
    before = {key: node for key, node in old.nodes.items() if isinstance(node, (Decision, Knowledge))}
    after = {key: node for key, node in new.nodes.items() if isinstance(node, (Decision, Knowledge))}
    found = [
        _node(before[key], node) if key in before else NodeChange("added", key, node.name)
        for key, node in after.items()
    ]
    found += [NodeChange("removed", key, node.name) for key, node in before.items() if key not in after]
    return tuple(one for one in found if one is not None)


def _node(old: Decision | Knowledge, new: Decision | Knowledge) -> NodeChange | None:
    settings = [CellChange("名称", old.name, new.name)] if old.name != new.name else []
    rules: tuple[RuleChange, ...] = ()
    before, after = table_of(old), table_of(new)
    if before is not None and after is not None:
        settings += _settings(before, after)
        rules = _rules(before, after)
    elif _logic(old) != _logic(new):
        settings.append(CellChange("表达式", _shown(old), _shown(new)))
    if not settings and not rules:
        return None
    return NodeChange("changed", new.id, new.name, tuple(settings), rules)


def _logic(node: Decision | Knowledge) -> object:
    logic = node.expression if isinstance(node, Decision) else node.function
    return logic.text if isinstance(logic, TextExpression) else logic


def _shown(node: Decision | Knowledge) -> str:
    logic = _logic(node)
    if logic is None:
        return "没有"
    return logic if isinstance(logic, str) else "决策表" if isinstance(logic, Table) else "其他表达式"


def _settings(old: Table, new: Table) -> list[CellChange]:
    found = []
    pairs = (
        ("命中策略", f"{old.hit_policy} {old.aggregation}".strip(), f"{new.hit_policy} {new.aggregation}".strip()),
        *_columns("输入列", [_input(one) for one in old.inputs], [_input(one) for one in new.inputs]),
        *_columns("输出列", [_output(one) for one in old.outputs], [_output(one) for one in new.outputs]),
    )
    found += [CellChange(*pair) for pair in pairs if pair[1] != pair[2]]
    return found


def _input(one: TableInput) -> tuple[str, str]:
    return one.label, _details(one.expression.text, ("类型", one.expression.type_ref), ("取值", one.allowed))


def _output(one: TableOutput) -> tuple[str, str]:
    default = one.default.text if one.default is not None else ""
    details = _details(one.name, ("类型", one.type_ref), ("取值", one.allowed), ("默认", default))
    return one.label or one.name, details


def _details(text: str, *more: tuple[str, str]) -> str:
    return "，".join([text, *(f"{name} {value}" for name, value in more if value)])


def _columns(what: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    before, after = dict(old), dict(new)
    names = [*after, *(name for name in before if name not in after)]
    return [(f"{what} {name}", before.get(name, ""), after.get(name, "")) for name in names]


# -- rules ------------------------------------------------------------------------------------------------------------


def _rules(old: Table, new: Table) -> tuple[RuleChange, ...]:
    pairs = _pairs(old, new)
    kept = [pair for pair in pairs if None not in pair]
    moved = _moved(kept)  # type: ignore[arg-type]
    found: list[RuleChange] = []
    for before, after in pairs:
        if before is None:
            assert after is not None
            found.append(RuleChange("added", None, after + 1, _cells(None, None, new, new.rules[after])))
        elif after is None:
            found.append(RuleChange("removed", before + 1, None, _cells(old, old.rules[before], None, None)))
        else:
            cells = _cells(old, old.rules[before], new, new.rules[after])
            if cells:
                found.append(RuleChange("changed", before + 1, after + 1, cells))
            elif (before, after) in moved:
                found.append(RuleChange("moved", before + 1, after + 1))
    return tuple(found)


def _pairs(old: Table, new: Table) -> list[tuple[int | None, int | None]]:
    """Which old rule each new one is; new rules in their order, then old ones that are gone."""
    matched: dict[int, int] = {}
    free = set(range(len(old.rules)))

    def match(key: object, of: dict[object, list[int]], after: int) -> None:
        choices = [before for before in of.get(key, ()) if before in free]
        if choices and after not in matched:
            best = min(choices, key=lambda before: abs(before - after))
            matched[after] = best
            free.discard(best)

    by_text: dict[object, list[int]] = {}
    by_id: dict[object, list[int]] = {}
    for number, rule in enumerate(old.rules):
        by_text.setdefault(_said(old, rule), []).append(number)
        if rule.id:
            by_id.setdefault(rule.id, []).append(number)
    for number, rule in enumerate(new.rules):
        match(_said(new, rule), by_text, number)
    for number, rule in enumerate(new.rules):
        if rule.id:
            match(rule.id, by_id, number)
    _between(old, new, matched, free)
    pairs: list[tuple[int | None, int | None]] = [(matched.get(number), number) for number in range(len(new.rules))]
    return pairs + [(number, None) for number in sorted(free)]


def _between(old: Table, new: Table, matched: dict[int, int], free: set[int]) -> None:
    """A rule without a partner beside matched neighbours is the old one at that place, when half of it is the same."""
    for after in range(len(new.rules)):
        if after in matched:
            continue
        before = matched[after - 1] + 1 if after - 1 in matched else 0 if after == 0 else None
        if before is None or before not in free:
            continue
        one, other = dict(_said(old, old.rules[before])), dict(_said(new, new.rules[after]))
        same = sum(one.get(column) == text for column, text in other.items())
        if same * 2 >= len(other):
            matched[after] = before
            free.discard(before)


def _moved(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pairs out of the order that most of the others keep."""
    after = [pair[1] for pair in sorted(pairs)]
    straight = sorted(after)
    stay: set[int] = set()
    for block in SequenceMatcher(None, after, straight, autojunk=False).get_matching_blocks():
        stay.update(after[block.a : block.a + block.size])
    return {pair for pair in pairs if pair[1] not in stay}


def _said(table: Table, rule: Rule) -> tuple[tuple[str, str], ...]:
    """A rule as (column, text), whatever the order of the columns."""
    inputs = [(f"入 {column.label}", _plain(text)) for column, text in zip(table.inputs, rule.tests, strict=True)]
    outputs = [(f"出 {one.label or one.name}", text) for one, text in zip(table.outputs, rule.outputs, strict=True)]
    return tuple(sorted(inputs + outputs))


def _notes(table: Table, rule: Rule) -> list[tuple[str, str]]:
    """Notes do not tell which rule is which, but what is written there (a law, a reason) is shown when it differs."""
    return [
        (f"注 {name or '说明'}", text) for name, text in zip(table.annotations, rule.annotations, strict=False) if text
    ]


def _plain(text: str) -> str:
    return "-" if not text.strip() else text.strip()


def _cells(old: Table | None, before: Rule | None, new: Table | None, after: Rule | None) -> tuple[CellChange, ...]:
    left = dict((*_said(old, before), *_notes(old, before))) if old is not None and before is not None else {}
    right = dict((*_said(new, after), *_notes(new, after))) if new is not None and after is not None else {}
    names = [*right, *(name for name in left if name not in right)]
    changed = [CellChange(name[2:], left.get(name, ""), right.get(name, "")) for name in names]
    return tuple(one for one in changed if one.before != one.after)
