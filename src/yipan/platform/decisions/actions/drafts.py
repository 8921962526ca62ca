"""Drafts: begin one from the current version or a file, keep what was edited, give up, publish."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.kernel import dmn, feel
from yipan.kernel.dmn import writing
from yipan.platform import records
from yipan.platform.records import Actor
from yipan.platform.ui import formats

from .. import queries
from ..domain import DecisionProblem, Stale, kept_as
from ..models import DecisionDraft, DecisionModel, DecisionTests
from .publish import keep_tests, lock, publish

MOST_CASES = 500


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits, and when."""

    actor: Actor
    at: datetime


@transaction.atomic
def begin(key: str, by: Editor) -> DecisionDraft:
    """The draft of a model; a new one is a copy of the current version."""
    lock(key)
    draft = DecisionDraft.objects.filter(key=key).first()
    if draft is not None:
        return draft
    newest = queries.newest(key)
    if newest is None:
        raise DecisionProblem("没有这项决策。")
    return _keep(DecisionDraft(key=key, title=newest.title, xml=bytes(newest.xml), base=newest.version), by)


@transaction.atomic
def create(key: str, title: str, by: Editor) -> DecisionDraft:
    """A new model with one empty table."""
    title, key = title.strip(), key.strip()
    _named_well(key)
    if not title:
        raise DecisionProblem("请填写名称。")
    _free(key)
    return _keep(DecisionDraft(key=key, title=title, xml=writing.empty(key, title)), by)


@transaction.atomic
def upload(xml: bytes, key: str, by: Editor) -> DecisionDraft:
    """A file of another tool (dmn-js, Camunda Modeler …) as draft of a new model, or as next version of one. What
    somebody else is working on is not written over."""
    _named_well(key)
    try:
        document = dmn.read(xml)
    except dmn.DmnError as problem:
        raise DecisionProblem(str(problem)) from problem
    lock(key)
    draft = DecisionDraft.objects.select_for_update().filter(key=key).first()
    if draft is not None and draft.changed_by != by.actor.account_id:
        raise Stale(f"{_who(draft)}保存的草稿还没有发布，请先发布或放弃那份草稿，再上传文件。")
    if draft is None:
        newest = queries.newest(key)
        draft = DecisionDraft(key=key, base=newest.version if newest else 0, revision=0)
    draft.title, draft.xml = document.name or key, xml
    return _keep(draft, by)


def _named_well(key: str) -> None:
    if not key.isascii() or not key.isidentifier():
        raise DecisionProblem("标识只能用英文字母、数字和下划线，以字母开头，例如 subsidy_level。")


def _free(key: str) -> None:
    lock(key)
    taken = DecisionModel.objects.filter(key=key).exists() or DecisionDraft.objects.filter(key=key).exists()
    if taken:
        raise DecisionProblem(f"标识“{key}”已被使用，请换一个。")


@transaction.atomic
def edit_table(
    key: str, node: str, revision: int, change: Callable[[dmn.model.Table], dmn.model.Table], by: Editor
) -> DecisionDraft:
    """Keep another table. Raises DecisionProblem when somebody else has saved meanwhile."""
    draft = _held(key, revision)
    xml = bytes(draft.xml)
    before = queries.table_in(xml, node)
    if before is None:
        raise DecisionProblem("这项决策不是一张表，请刷新页面。")
    after = change(before)
    _columns_differ(after)
    xml = writing.with_table(xml, node, after)
    draft.xml = writing.with_inputs(xml, node, _named(after), _used(after))
    return _keep(draft, by)


def _columns_differ(table: dmn.model.Table) -> None:
    for what, names in (
        ("输入列", [one.label for one in table.inputs]),
        ("输出列", [one.name for one in table.outputs]),
    ):
        if any(not name for name in names):
            raise DecisionProblem(f"{what}须有名称，没有保存。")
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            raise DecisionProblem(f"{what}“{twice}”有两列，请改名，没有保存。")


def _named(table: dmn.model.Table) -> list[tuple[str, str]]:
    """The data that input columns name, so that the decision is given them."""
    found: list[tuple[str, str]] = []
    for column in table.inputs:
        text = column.expression.text
        try:
            names = feel.compile(text).names
        except feel.FeelError:
            names = frozenset([text]) if text and text.replace(" ", "").isalnum() else frozenset()
        plain = text in names
        found += [(name, column.expression.type_ref if plain else "") for name in sorted(names)]
    return found


def _used(table: dmn.model.Table) -> set[str]:
    """Names that cells read beside their own column."""
    found: set[str] = set()
    for rule in table.rules:
        for compile_, texts in ((feel.compile_unary_tests, rule.tests), (feel.compile, rule.outputs)):
            for text in texts:
                try:
                    found |= compile_(text).names if text and text != "-" else frozenset()
                except feel.FeelError:
                    continue
    return found


@transaction.atomic
def edit_expression(key: str, node: str, revision: int, text: str, by: Editor) -> DecisionDraft:
    draft = _held(key, revision)
    draft.xml = writing.with_expression(bytes(draft.xml), node, text.strip())
    return _keep(draft, by)


@transaction.atomic
def discard(key: str, revision: int) -> None:
    _held(key, revision).delete()


@transaction.atomic
def release(key: str, revision: int, note: str, by: Editor) -> DecisionModel:
    """Publish a draft as the next version. Raises DecisionProblem with everything that stands in the way."""
    if len(note.strip()) < 2:
        raise DecisionProblem("请写明这一版改了什么、依据是什么。")
    draft = _held(key, revision)
    newest = DecisionModel.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first() or 0
    if newest != draft.base:
        raise DecisionProblem(
            f"草稿是从第 {draft.base} 版开始的，其间已发布第 {newest} 版。请下载草稿对照，放弃后重新编辑。"
        )
    row = publish(bytes(draft.xml), key=key, actor=by.actor, at=by.at, note=note.strip())
    draft.delete()
    return row


def _held(key: str, revision: int) -> DecisionDraft:
    draft = DecisionDraft.objects.select_for_update().filter(key=key).first()
    if draft is None:
        raise DecisionProblem("草稿已发布或放弃，请刷新页面。")
    if draft.revision != revision:
        raise Stale(f"{_who(draft)}保存过这份草稿，您的改动没有保存。")
    return draft


def _who(draft: DecisionDraft) -> str:
    return f"{draft.changed_by_name or '别人'}在 {formats.moment(draft.changed_at)} "


def _keep(draft: DecisionDraft, by: Editor) -> DecisionDraft:
    new = draft._state.adding
    draft.revision = 1 if new else draft.revision + 1
    draft.changed_at, draft.changed_by, draft.changed_by_name = by.at, by.actor.account_id, by.actor.name
    draft.save()
    return draft


# -- test cases -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_case(key: str, decision: str, inputs: Mapping[str, Any], expected: Any, name: str, by: Editor) -> None:
    """Keep what was tried out as a test case: it is run before every publication."""
    cases = _cases(key)
    if len(cases) >= MOST_CASES:
        raise DecisionProblem(f"最多保存 {MOST_CASES} 个测试。")
    given = {key: kept_as(value) for key, value in inputs.items()}
    case = {"decision": decision, "inputs": given, "expected": kept_as(expected), "name": name.strip()}
    keep_tests(key, [*cases, case])
    _told(key, "decision.tests", f"增加测试：{name.strip() or decision}", by)


@transaction.atomic
def drop_case(key: str, number: int, by: Editor) -> None:
    """``number`` counts from 1."""
    cases = _cases(key)
    if not 1 <= number <= len(cases):
        raise DecisionProblem("没有这个测试，请刷新页面。")
    gone = cases.pop(number - 1)
    keep_tests(key, cases)
    _told(key, "decision.tests", f"删去测试：{gone.get('name') or gone['decision']}", by)


def _cases(key: str) -> list[Any]:
    lock(key)
    return list(DecisionTests.objects.filter(key=key).values_list("cases", flat=True).first() or [])


def _told(key: str, verb: str, reason: str, by: Editor) -> None:
    subject = ("decision", key)
    records.act(chain=subject, verb=verb, actor=by.actor, at=by.at, subject=subject, reason=reason)
