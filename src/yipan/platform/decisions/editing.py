"""A table as its editor posts it, and back: lists of cells row by row, without a database.

Cells stand in one list, row after row, each row with its tests, its outputs, then its notes; with script they come as
``grid``: JSON of [ids of rules, cells]. ``do`` is what a button asks for besides keeping what was typed: ``add-rule``,
``drop-rule:3``, ``up:3``, ``down:3``, ``copy:3``, ``add-input``, ``drop-input:1``, ``add-output``, ``drop-output:1``,
``add-note``, ``drop-note:1``; numbers count from 1.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from yipan.kernel.dmn.model import Rule, Table, TableInput, TableOutput, TextExpression

from .domain import DecisionProblem

POLICIES = {
    "UNIQUE": "唯一（至多命中一条）", "FIRST": "首条（取第一条命中的）", "ANY": "任一（命中多条时结果须相同）",
    "PRIORITY": "优先（按输出值的先后）", "RULE ORDER": "全部（按规则顺序）", "OUTPUT ORDER": "全部（按输出值的先后）",
    "COLLECT": "汇集（不分先后）", "COLLECT SUM": "汇集：求和", "COLLECT MIN": "汇集：最小",
    "COLLECT MAX": "汇集：最大", "COLLECT COUNT": "汇集：计数",
}  # fmt: skip
TYPES = {
    "": "不限", "string": "文字", "number": "数字", "boolean": "是否", "date": "日期", "dateTime": "日期时间",
    "time": "时间", "dayTimeDuration": "时长", "yearMonthDuration": "年月",
}  # fmt: skip
MOST_RULES, MOST_COLUMNS = 2000, 60


Posted = Any  # a form with ``get`` and ``getlist``, as django.http.QueryDict


def policy_of(table: Table) -> str:
    return f"{table.hit_policy} {table.aggregation}".strip()


def widths(table: Table) -> list[int]:
    """How many letters each column should show, its title among them; Chinese ones count twice."""
    titles = (
        *(column.label for column in table.inputs),
        *(column.label or column.name for column in table.outputs),
        *table.annotations,
    )
    columns = zip(
        titles, *((*rule.tests, *rule.outputs, *rule.annotations) for rule in table.rules), strict=True
    )  # fmt: skip
    return [min(30, max(8, *(sum(2 if ord(one) > 255 else 1 for one in text) for text in texts))) for texts in columns]


def table_from(post: Posted, before: Table) -> Table:
    """The table a form has posted, in place of ``before``. Raises DecisionProblem for a form that does not fit."""
    inputs, outputs, notes = _inputs(post), _outputs(post), tuple(one.strip() for one in post.getlist("note"))
    width = len(inputs) + len(outputs) + len(notes)
    ids, cells = _grid(post)
    if len(cells) != width * len(ids):
        raise DecisionProblem("表格没有完整送到，没有保存。请刷新页面后重试。")
    if len(ids) > MOST_RULES or width > MOST_COLUMNS:
        raise DecisionProblem(f"一张表最多 {MOST_RULES} 条规则、{MOST_COLUMNS} 列。")
    rows = [[cell.strip() for cell in cells[at * width : (at + 1) * width]] for at in range(len(ids))]
    lines = {rule.id: rule.line for rule in before.rules}
    split = len(inputs), len(inputs) + len(outputs)
    rules = tuple(
        Rule(tuple(row[: split[0]]), tuple(row[split[0] : split[1]]), tuple(row[split[1] :]), key, lines.get(key, 0))
        for key, row in zip(ids, rows, strict=True)
    )
    policy, _, aggregation = (post.get("policy") or policy_of(before)).partition(" ")
    if policy in ("RULE", "OUTPUT"):
        policy, aggregation = f"{policy} ORDER", ""
    return replace(
        before, inputs=inputs, outputs=outputs, rules=rules, annotations=notes,
        hit_policy=policy if policy in ("RULE ORDER", "OUTPUT ORDER") or policy in POLICIES else before.hit_policy,  # type: ignore[arg-type]
        aggregation=aggregation,  # type: ignore[arg-type]
    )  # fmt: skip


def _grid(post: Posted) -> tuple[list[str], list[str]]:
    """Ids of rules and all their cells. A browser with script packs them into one field: forms end at a thousand."""
    if "grid" not in post:
        return post.getlist("rule"), post.getlist("cell")
    try:
        ids, cells = json.loads(post["grid"])
        return [str(one) for one in ids], [str(one) for one in cells]
    except (ValueError, TypeError) as problem:
        raise DecisionProblem("表格没有完整送到，没有保存。请刷新页面后重试。") from problem


def _inputs(post: Posted) -> tuple[TableInput, ...]:
    columns = [post.getlist(name) for name in ("in-id", "in-label", "in-text", "in-type", "in-allowed")]
    return tuple(
        TableInput(label.strip() or text.strip(), TextExpression(text.strip(), type_), allowed.strip(), key)
        for key, label, text, type_, allowed in _rows(columns)
    )


def _outputs(post: Posted) -> tuple[TableOutput, ...]:
    names = ("out-id", "out-name", "out-label", "out-type", "out-allowed", "out-default")
    return tuple(
        TableOutput(name.strip(), label.strip(), type_, allowed.strip(),
                    TextExpression(default.strip()) if default.strip() else None, key)
        for key, name, label, type_, allowed, default in _rows([post.getlist(one) for one in names])
    )  # fmt: skip


def _rows(columns: Sequence[list[str]]) -> list[tuple[str, ...]]:
    if len({len(one) for one in columns}) > 1:
        raise DecisionProblem("表头没有完整送到，没有保存。请刷新页面后重试。")
    return list(zip(*columns, strict=True))


# -- what a button asks for -------------------------------------------------------------------------------------------


def done(table: Table, do: str) -> Table:
    """The table after what a button asked for; unchanged for ``save`` and what is not known."""
    action, _, number = do.partition(":")
    at = int(number) - 1 if number.isdecimal() else -1
    if action == "add-rule":
        return replace(table, rules=(*table.rules, _blank(table)))
    if action == "add-input":
        return _with_input(table)
    if action == "add-output":
        return _with_output(table)
    if action == "add-note":
        rules = tuple(replace(rule, annotations=(*rule.annotations, "")) for rule in table.rules)
        return replace(table, annotations=(*table.annotations, "说明"), rules=rules)
    if action in ("drop-rule", "up", "down", "copy") and 0 <= at < len(table.rules):
        return replace(table, rules=_moved(list(table.rules), action, at))
    if action == "drop-input" and 0 <= at < len(table.inputs):
        rules = tuple(replace(rule, tests=_without(rule.tests, at)) for rule in table.rules)
        return replace(table, inputs=_without(table.inputs, at), rules=rules)
    if action == "drop-note" and 0 <= at < len(table.annotations):
        rules = tuple(replace(rule, annotations=_without(rule.annotations, at)) for rule in table.rules)
        return replace(table, annotations=_without(table.annotations, at), rules=rules)
    if action == "drop-output" and 0 <= at < len(table.outputs) and len(table.outputs) > 1:
        rules = tuple(replace(rule, outputs=_without(rule.outputs, at)) for rule in table.rules)
        return replace(table, outputs=_without(table.outputs, at), rules=rules)
    return table


def _blank(table: Table) -> Rule:
    return Rule(("-",) * len(table.inputs), ("",) * len(table.outputs), ("",) * len(table.annotations))


def _with_input(table: Table) -> Table:
    name = _free([column.label for column in table.inputs], "条件")
    rules = tuple(replace(rule, tests=(*rule.tests, "-")) for rule in table.rules)
    return replace(table, inputs=(*table.inputs, TableInput(name, TextExpression(name))), rules=rules)


def _with_output(table: Table) -> Table:
    name = _free([column.name for column in table.outputs], "结果")
    rules = tuple(replace(rule, outputs=(*rule.outputs, "")) for rule in table.rules)
    return replace(table, outputs=(*table.outputs, TableOutput(name)), rules=rules)


def _free(taken: Sequence[str], name: str) -> str:
    number = 1
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def _moved(rules: list[Rule], action: str, at: int) -> tuple[Rule, ...]:
    if action == "copy":
        rules.insert(at + 1, replace(rules[at], id=""))
    elif action == "drop-rule":
        del rules[at]
    else:
        to = at - 1 if action == "up" else at + 1
        if 0 <= to < len(rules):
            rules[at], rules[to] = rules[to], rules[at]
    return tuple(rules)


def _without(values: tuple, at: int) -> tuple:
    return values[:at] + values[at + 1 :]


# -- trying out -------------------------------------------------------------------------------------------------------


def typed(text: str, kind: str) -> object:
    """What somebody typed for an input of this type, as FEEL sees it; empty is null. Raises DecisionProblem."""
    from yipan.kernel import feel

    text = text.strip()
    if not text:
        return None
    if kind == "string":
        return text.strip('"“”')
    if kind in ("date", "dateTime", "time", "dayTimeDuration", "yearMonthDuration") and "(" not in text:
        text = f'{_MAKERS[kind]}("{text}")'
    try:
        return feel.compile(_WORDS.get(text, text)).evaluate({})
    except feel.FeelError as problem:
        raise DecisionProblem(f"“{text}”不是一个值：{problem}。文字请加引号。") from problem


_MAKERS = {"date": "date", "dateTime": "date and time", "time": "time", "dayTimeDuration": "duration",
           "yearMonthDuration": "duration"}  # fmt: skip
_WORDS: Mapping[str, str] = {"是": "true", "否": "false"}
