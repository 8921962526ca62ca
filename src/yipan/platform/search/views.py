"""The result page for everybody, and what was searched without result for those who mend it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from yipan.platform import calendar
from yipan.platform.ui import listing, render, site
from yipan.platform.ui.access import public

from . import actions, queries, registry

MAX_PAGE = 50
MOST_SEARCHES = 1000


@public
def results(request: HttpRequest) -> HttpResponse:
    """``/search/?q=…&kind=item&f=online&page=2``; works without script."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    kind = request.GET.get("kind", "")
    kind = kind if registry.kind(kind) else ""
    page = _page(request.GET.get("page", "1"))
    chosen = [facet for facet in request.GET.getlist("f") if facet][:8]
    found = queries.find(
        text,
        kinds=[kind] if kind else [],
        facets=chosen,
        region=site.current().region_code,
        offset=(page - 1) * queries.PAGE,
    )
    if text and page == 1 and not chosen and not found.understood.case_no:
        actions.log_search(text, kind=kind, hits=found.total, guessed=found.guessed, day=calendar.today())
    return render(
        request,
        "search/results.html",
        {
            "face": "portal",
            "text": text,
            "kind": kind,
            "chosen": chosen,
            "found": found,
            "kinds": registry.kinds(),
            "kind_titles": queries.kind_titles(),
            "facets": _facets(kind),
            "page_number": page,
            "hot": queries.hot_words(),
            "progress_url": _progress_url(),
        },
    )


def _page(text: str) -> int:
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() else 1


def _facets(kind: str) -> tuple[tuple[str, str], ...]:
    known = registry.kind(kind or "item")
    return known.facets if known else ()


def _progress_url() -> str:
    """Where a case number leads: the progress query asks for a second proof, the search shows nothing of a case."""
    try:
        return reverse("cases:ask")
    except NoReverseMatch:
        return ""


class Searches(listing.ListPage):
    """What people searched, first what found nothing: the weekly list of those who mend guides and synonyms."""

    key, title, face = "search.analysis", "搜索分析", "administration"
    template = "search/analysis.html"
    default_order = "-without"
    columns = (
        listing.Column("text", "搜索词", fixed=True, link=lambda row: reverse("search:results", query={"q": row.text})),
        listing.Column("times", "次数", "number", sort=True),
        listing.Column("without", "没有结果", "number", sort=True),
        listing.Column("guessed", "按近似词找到", "number", sort=True),
    )
    filters = (
        listing.Choice("days", "时段", (("7", "近 7 天"), ("30", "近 30 天"))),
        listing.Text("q", "包含"),
        listing.Flag("mend", "只看没有结果或只有近似结果的"),
    )
    empty_title = "这段时间没有搜索"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(_searched, lambda row, filters: filters.get("q", "") in row.text, key="text")

    def row_key(self, row: queries.Tried) -> str:
        return row.text

    def more(self, request: HttpRequest) -> dict[str, Any]:
        since, until = _period(request.GET.get("days", ""))
        return {"since": since, "until": until, "rates": queries.rates(since, until)}


def _period(days: str) -> tuple[date, date]:
    until = calendar.today()
    return until - timedelta(days=(30 if days == "30" else 7) - 1), until


def _searched(filters: Mapping[str, Any]) -> list[queries.Tried]:
    since, until = _period(filters.get("days", ""))
    return queries.searched(since, until, only_without=bool(filters.get("mend")), limit=MOST_SEARCHES)
