"""Screens: models and their versions, why a decision comes out as it does, two versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.kernel import dmn, feel
from yipan.kernel.dmn import model as m
from yipan.kernel.dmn import picture
from yipan.platform import people
from yipan.platform.ui import context, formats, listing, render
from yipan.platform.ui.access import needs

from . import queries
from .domain import DecisionProblem
from .editing import POLICIES, TYPES, policy_of, typed
from .models import DecisionModel

KINDS = {
    "overlap": "重叠", "conflict": "矛盾", "gap": "遗漏", "shadowed": "被遮住", "never": "永不命中", "opaque": "未检查",
    "large": "未查完",
}  # fmt: skip
CHANGES = {
    "added": ("新增", "green"),
    "removed": ("删去", "red"),
    "changed": ("修改", "orange"),
    "moved": ("移动", "blue"),
}


class DecisionList(listing.ListPage):
    """Every decision model with its current version, and drafts."""

    key, title, face = "decisions.models", "决策表", "administration"
    intro = "办理规则写成决策表：流程的业务规则环节按办件开始时的版本决策，每一版都留存，发布前先跑完测试。"
    default_order = "title"
    columns = (
        listing.Column(
            "title", "名称", fixed=True, sort=True, sub=lambda row: row.key,
            link=lambda row: reverse("decisions:model", args=[row.key]) if row.version
            else reverse("decisions:edit", args=[row.key]),
        ),
        listing.Column("version", "版本", "number", sort=True, value=lambda row: row.version or None),
        listing.Column("decisions", "决策"),
        listing.Column("tests", "测试", "number", sort=True),
        listing.Column("draft", "草稿"),
        listing.Column("published_at", "发布时间", "moment", sort=True),
        listing.Column("published_by", "发布人"),
    )  # fmt: skip
    filters = (listing.Text("q", "名称、标识或决策"),)
    empty_title = "还没有决策表"
    empty_hint = "可以新建一张，或上传其他工具的 DMN 文件。"

    def links(self, request: HttpRequest) -> list[context.Link]:
        if not people.access.holds(people.actor(request), "decisions.manage"):
            return []
        return [context.Link("新建或上传", reverse("decisions:new"), "plus")]

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: queries.listed(),
            lambda row, filters: filters.get("q", "") in f"{row.title} {row.key} {row.decisions}",
        )


# -- one model ---------------------------------------------------------------------------------------------------------
def row_of(key: str, number: int | None = None) -> DecisionModel:
    row = queries.newest(key) if number is None else queries.version(key, number)
    if row is None:
        raise Http404
    return row


@needs("decisions.view")
def model(request: HttpRequest, key: str, number: int | None = None) -> HttpResponseBase:
    """A version: its graph and tables, faults, tests, and the panel to try it out."""
    return show(request, row_of(key, number))


@needs("decisions.view")
@require_POST
def trial(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    row = row_of(key, number)
    return show(request, row, tried=tried(request, queries.published(row).model))


def show(request: HttpRequest, row: DecisionModel, *, tried: "Trial | None" = None) -> HttpResponseBase:
    shown, history = queries.published(row), queries.history(row.key)
    values = {
        "face": "administration",
        "row": row,
        "history": history,
        "newest": row.version == history[0].version,
        "others": [one for one in history if one.version != row.version],
        "draft": queries.draft(row.key),
        "may_manage": people.access.holds(people.actor(request), "decisions.manage"),
        "facts": [
            ("标识", row.key), ("版本", f"第 {row.version} 版"), ("发布时间", formats.moment(row.published_at)),
            ("发布人", row.published_by_name), ("说明", row.note or "—"), ("内容摘要", row.sha256),
        ],
        **parts(shown, row.key, tried),
    }  # fmt: skip
    return render(request, "decisions/model.html", values)


def parts(shown: queries.Version, key: str, tried: "Trial | None") -> dict[str, Any]:
    """What the pages of a version and of a draft have in common."""
    document = shown.document
    decisions = [node for node in document.nodes.values() if isinstance(node, m.Decision)]
    return {
        "shown": shown,
        "graph": picture.graph(document),
        "choices": [(node.id, node.name) for node in queries.last_ones_last(decisions)],
        "asked": queries.inputs_of(shown.model, decisions),
        "results": queries.results(shown.model, key),
        "tried": tried or Trial(),
        "policies": POLICIES,
        "policy_of": policy_of,
        "types": TYPES,
        "fault_kinds": KINDS,
        "value_shown": queries.value_shown,
    }


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody tried: the decision, his texts by input, and the answer or what is wrong with them."""

    decision: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    answer: queries.Tried | None = None
    problem: str = ""


def tried(request: HttpRequest, model: dmn.Model) -> Trial:
    """The answer for what was typed, or what is wrong with it."""
    node = model.document.nodes.get(request.POST.get("decision", ""))
    if not isinstance(node, m.Decision):
        raise Http404
    asked = queries.inputs_of(model, [node])
    texts = {one.name: request.POST.get(f"given-{one.name}", "") for one in asked}
    try:
        inputs = {one.name: typed(texts[one.name], one.kind) for one in asked}
        return Trial(node.id, texts, inputs, queries.try_out(model, node.id, inputs))
    except (DecisionProblem, feel.FeelError, dmn.DmnError) as problem:
        return Trial(node.id, texts, problem=str(problem))


@needs("decisions.view")
def compare(request: HttpRequest, key: str, number: int, other: int) -> HttpResponseBase:
    """An older and a newer version: every column, rule and cell that differs."""
    before, after = row_of(key, min(number, other)), row_of(key, max(number, other))
    found = queries.changes(queries.published(before).document, queries.published(after).document)
    values = {"face": "administration", "before": before, "after": after, "found": found, "words": CHANGES}
    return render(request, "decisions/compare.html", values)


@needs("decisions.view")
def file(request: HttpRequest, key: str, number: int) -> HttpResponseBase:  # noqa: ARG001
    """The DMN file as it was published, for another tool."""
    row = row_of(key, number)
    return as_file(bytes(row.xml), f"{key}-{number}.dmn")


def as_file(xml: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(xml, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
