"""Screens for those who answer for numbers: the proof that none is missing, reserving, voiding."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.platform import ui
from yipan.platform.calendar import now
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs

from . import queries
from . import series as actions
from .models import Number

KIND_WORDS = {"document": "文书编号", "case": "办件编号"}


class SeriesList(listing.ListPage):
    """The counters, with the proof that no number is missing in any."""

    key, title, face = "numbers.series", "编号登记", "administration"
    template = "numbers/series.html"
    default_order = "-id"
    columns = (
        listing.Column(
            "id", "系列", value=lambda row: row.title, fixed=True, sort=True,
            link=lambda row: reverse("numbers:register", args=[row.id]),
        ),
        listing.Column("series", "种类", value=lambda row: KIND_WORDS.get(row.series, row.series)),
        listing.Column("last", "末号", "number", sort=True),
        listing.Column("issued", "已使用", "number"),
        listing.Column("reserved", "已预留", "number"),
        listing.Column("void", "已作废", "number"),
        listing.Column(
            "missing", "断号", "status", value=lambda row: f"{row.missing} 个" if row.missing else "无",
            tone=lambda row: "red" if row.missing else "green",
        ),
    )  # fmt: skip
    filters = (
        listing.Choice(
            "kind", "编号种类", lambda _request: [(name, KIND_WORDS.get(name, name)) for name in queries.kinds()]
        ),
        listing.Text("q", "范围包含", hint="单位、文种或年份"),
    )
    empty_title = "没有编号"
    empty_hint = "发出第一个编号后在这里登记。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return queries.series_query()

    def more(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        return {"gaps": queries.gaps()}


def _series(request: HttpRequest) -> queries.SeriesRow:
    found = queries.one_series(request.list_arguments["series_id"])  # type: ignore[attr-defined]
    if found is None:
        raise Http404("没有这个编号系列")
    return found


class Register(listing.ListPage):
    """The numbers of one counter."""

    key, title, face = "numbers.register", "编号", "administration"
    template = "numbers/register.html"
    default_order = "-value"
    columns = (
        listing.Column("value", "序号", sort=True, fixed=True),
        listing.Column("text", "编号"),
        listing.Column(
            "state_name", "状态", "status",
            tone=lambda row: {"issued": "green", "reserved": "orange", "void": "grey"}[row.state],
        ),
        listing.Column("reason", "原因或用途"),
        listing.Column("at", "时间", "moment", sort=True),
        listing.Column("actor_name", "经手"),
    )  # fmt: skip
    filters = (
        listing.Text("q", "编号、原因或经手"),
        listing.Choice("state", "状态", tuple(Number.State.choices)),
    )

    def heading(self, request: HttpRequest) -> str:
        return _series(request).title

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.register_query(_series(request).id)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": _series(request), "errors": {}, "posted": dict.fromkeys(POSTED, "")}


POSTED = ("count", "purpose", "value", "reason")
register = Register()


def _page(request: HttpRequest, series_id: int, errors: dict[str, str]) -> HttpResponseBase:
    """The register again, with what was wrong in one of its forms."""
    request.list_arguments = {"series_id": series_id}  # type: ignore[attr-defined]
    address = reverse("numbers:register", args=[series_id])
    request.path = address  # the list's own links lead back to it
    return register.show(
        request, status=422, errors=errors, posted={name: request.POST.get(name, "") for name in POSTED}
    )


def _number(request: HttpRequest, field: str) -> int:
    text = request.POST.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise actions.NumberProblem("请填写数字")
    return int(text)


@needs("numbers.manage")
@require_POST
def reserve(request: HttpRequest, series_id: int) -> HttpResponseBase:
    """Set the next numbers of a unit's documents aside."""
    found = queries.one_series(series_id)
    if found is None or found.series != "document":
        raise Http404("这个编号系列不能预留")
    try:
        given = actions.reserve_documents(
            unit_key=found.unit,
            word=found.word,
            count=_number(request, "count"),
            actor=request.actor,  # type: ignore[attr-defined]
            at=now(),
            reason=request.POST.get("purpose", ""),
        )
    except actions.NumberProblem as problem:
        return _page(request, series_id, {"count": str(problem)})
    ui.notify(request, f"已预留 {len(given)} 个编号：{given[0].text} 至 {given[-1].text}", tone="green")
    return HttpResponseRedirect(reverse("numbers:register", args=[series_id]))


@needs("numbers.manage")
@require_POST
def void(request: HttpRequest, series_id: int) -> HttpResponseBase:
    """Declare one number void, with its reason."""
    found = queries.scope_of(series_id)
    if found is None:
        raise Http404("没有这个编号系列")
    try:
        actions.void(
            *found,
            _number(request, "value"),
            actor=request.actor,  # type: ignore[attr-defined]
            at=now(),
            reason=request.POST.get("reason", ""),
        )
    except actions.NumberProblem as problem:
        return _page(request, series_id, {"value": str(problem)})
    ui.notify(request, f"编号 {request.POST['value'].strip()} 已作废，不会再次使用", tone="green")
    return HttpResponseRedirect(reverse("numbers:register", args=[series_id]))
