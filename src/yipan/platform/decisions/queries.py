"""Every read of the room: lists, versions with what is to be seen of them, drafts, test results."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from yipan.kernel import dmn, feel
from yipan.kernel.dmn import health
from yipan.kernel.dmn import model as m
from yipan.kernel.dmn.difference import NodeChange, compare
from yipan.kernel.dmn.model import table_of

from .domain import Case, CaseResult, cases_of, run_cases
from .models import DecisionDraft, DecisionModel, DecisionTests
from .published import loaded, model_of

__all__ = [
    "Listed", "Tried", "Version", "cases", "changes", "draft", "history", "listed", "loaded", "newest", "results",
    "table_in", "try_out", "version",
]  # fmt: skip


MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Listed:
    """A model in the list; ``version`` 0 while it is only a draft."""

    key: str
    title: str
    version: int
    decisions: str
    tests: int
    draft: str
    published_at: datetime | None
    published_by: str

    @property
    def id(self) -> str:
        return self.key


def listed() -> list[Listed]:
    """Every model with its newest version, then those that are only drafts (three statements)."""
    rows = DecisionModel.objects.defer("xml").order_by("key", "-version").distinct("key")
    drafts = {one.key: one for one in DecisionDraft.objects.defer("xml")}
    tests = Counter({key: len(kept) for key, kept in DecisionTests.objects.values_list("key", "cases")})
    found = [
        Listed(row.key, row.title, row.version, "、".join(one["name"] for one in row.decisions), tests[row.key],
               _editing(drafts.pop(row.key, None)), row.published_at, row.published_by_name)
        for row in rows
    ]  # fmt: skip
    found += [Listed(one.key, one.title, 0, "", tests[one.key], _editing(one), None, "") for one in drafts.values()]
    return found


def _editing(draft: DecisionDraft | None) -> str:
    return f"{draft.changed_by_name} 编辑中" if draft is not None else ""


def newest(key: str) -> DecisionModel | None:
    return DecisionModel.objects.filter(key=key).order_by("-version").first()


def version(key: str, number: int) -> DecisionModel | None:
    return DecisionModel.objects.filter(key=key, version=number).first()


def history(key: str) -> list[DecisionModel]:
    """Versions, newest first, without their files."""
    return list(DecisionModel.objects.filter(key=key).defer("xml").order_by("-version"))


def draft(key: str) -> DecisionDraft | None:
    return DecisionDraft.objects.filter(key=key).first()


def cases(key: str) -> list[Case]:
    kept = DecisionTests.objects.filter(key=key).values_list("cases", flat=True).first()
    return cases_of(kept or [])[0]


def table_in(xml: bytes, node: str) -> m.Table | None:
    """The table of one decision or knowledge model of a draft. Raises DmnError."""
    return table_of(dmn.read(xml).nodes.get(node))


# -- what a page shows of a model -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """A model as its page shows it: its tables and expressions in order, faults by the name of their table."""

    model: dmn.Model
    nodes: tuple[m.Decision | m.Knowledge, ...]
    faults: tuple[tuple[str, Any], ...]

    @property
    def document(self) -> m.Document:
        return self.model.document

    def table(self, node: m.Decision | m.Knowledge) -> m.Table | None:
        return table_of(node)

    def expression(self, node: m.Decision | m.Knowledge) -> str | None:
        """The text of a literal expression; None for what is neither that nor a table."""
        return node.logic.text if isinstance(node.logic, m.TextExpression) else None


def shown(model: dmn.Model) -> Version:
    nodes = tuple(one for one in model.document.nodes.values() if isinstance(one, (m.Decision, m.Knowledge)))
    return Version(model, nodes, tuple(health.faults_of(model.document)))


def published(row: DecisionModel) -> Version:
    return shown(model_of(row.pk))


def results(model: dmn.Model, key: str) -> list[CaseResult]:
    return run_cases(model, cases(key))


def changes(before: m.Document, after: m.Document) -> tuple[NodeChange, ...]:
    return compare(before, after)


# -- trying out -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a decision with its basic type ("" when anything goes); ``options``: all texts it can be."""

    name: str
    kind: str
    allowed: str = ""
    options: tuple[str, ...] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(one, one) for one in self.options]


def last_ones_last(decisions: Sequence[m.Decision]) -> list[m.Decision]:
    """Those that no other decision needs come at the end: they are what the model is for."""
    needed = {key for one in decisions for _, key in one.decisions}
    return sorted(decisions, key=lambda one: one.id not in needed)


def inputs_of(model: dmn.Model, decisions: Sequence[m.Decision]) -> list[Input]:
    """The data that decisions need, directly or through others, in the order of the document."""
    wanted: set[str] = set()
    waiting, seen = [one.id for one in decisions], set()
    while waiting:
        node = model.document.nodes.get(waiting.pop())
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        if isinstance(node, m.InputData):
            wanted.add(node.id)
        elif isinstance(node, m.Decision):
            waiting += [key for namespace, key in (*node.inputs, *node.decisions) if not namespace]
    nodes = [node for node in model.document.nodes.values() if node.id in wanted and isinstance(node, m.InputData)]
    tables = map(table_of, model.document.nodes.values())
    columns = [column for table in tables if table is not None for column in table.inputs]
    return [
        _input(model.document, node, [one for one in columns if one.expression.text == node.name]) for node in nodes
    ]


def _input(document: m.Document, node: m.InputData, columns: Sequence[m.TableInput]) -> Input:
    """``columns`` read it as it is: other tools write types and allowed values there only."""
    kind = node.variable.type_ref or next((one.expression.type_ref for one in columns if one.expression.type_ref), "")
    allowed = ""
    for _ in range(10):  # an alias of an alias
        type_ = document.types.get(kind)
        if type_ is None or type_.is_collection or type_.components:
            break
        kind, allowed = type_.type_ref, type_.allowed or allowed
    allowed = allowed or next((one.allowed for one in columns if one.allowed), "")
    options = _options(allowed)
    kind = "string" if options else "number" if kind in _NUMBERS else kind
    return Input(node.name, kind if kind in _BASIC else "", allowed, options)


def _options(allowed: str) -> tuple[str, ...]:
    """Allowed values that are nothing but texts."""
    try:
        found = feel.compile(f"[{allowed}]").evaluate({}) if allowed.startswith('"') else []
    except feel.FeelError:
        return ()
    return tuple(found) if isinstance(found, list) and all(isinstance(one, str) for one in found) else ()


_NUMBERS = {"integer", "long", "double"}  # names of Camunda
_BASIC = {"string", "number", "boolean", "date", "dateTime", "time", "dayTimeDuration", "yearMonthDuration"}


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer to a trial: its value as FEEL writes it (``parts``: one by one with the titles of their columns, where
    there are several), and why, table by table (``names`` by their ids)."""

    value: Any
    shown: str
    parts: tuple[tuple[str, str], ...]
    fired: tuple[Any, ...]
    missing: tuple[str, ...]
    names: dict[str, str]


def try_out(model: dmn.Model, decision: str, inputs: dict[str, Any]) -> Tried:
    """Raises FeelError beyond the budget."""
    answer = model.decide(decision, inputs)
    missing = tuple(dict.fromkeys(name for one in answer.fired for name, value in one.inputs if value is None))
    parts = _parts(model.find(decision, m.Decision), answer.value)
    return Tried(answer.value, feel.literal(answer.value), parts, answer.fired, missing, _table_names(model))


def _parts(node: m.Decision, value: Any) -> tuple[tuple[str, str], ...]:
    table = table_of(node)
    if table is None or not isinstance(value, dict):
        return ()
    titles: dict[Any, str] = {column.name: column.label or column.name for column in table.outputs}
    return tuple((titles.get(name, str(name)), feel.literal(part)) for name, part in value.items())


def _table_names(model: dmn.Model) -> dict[str, str]:
    """Tables by id, with the name of what they decide."""
    nodes = [node for node in model.document.nodes.values() if isinstance(node, (m.Decision, m.Knowledge))]
    return {table.id: node.name for node in nodes if (table := table_of(node)) is not None and table.id}


def value_shown(value: Any) -> str:
    """A value as FEEL writes it; of a quotient without end the first digits."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > MOST_DIGITS:
        return f"约 {feel.show(Decimal(f'{value:.6g}'), inside=True)}"
    return feel.show(value, inside=True)
