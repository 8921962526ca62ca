"""The result page for everybody, and what was searched without result for those who mend it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from yipan.platform import calendar
from yipan.platform.ui import render, site
from yipan.platform.ui.access import needs, public

from . import actions, queries, registry

MAX_PAGE = 50


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


@needs("search.analyse")
def analysis(request: HttpRequest) -> HttpResponse:
    """What people searched in the last days, first what found nothing."""
    days = 30 if request.GET.get("days") == "30" else 7
    until = calendar.today()
    since = until - timedelta(days=days - 1)
    return render(
        request,
        "search/analysis.html",
        {
            "face": "administration",
            "days": days,
            "since": since,
            "until": until,
            "rates": queries.rates(since, until),
            "without": queries.searched(since, until, only_without=True),
            "frequent": queries.searched(since, until, limit=50),
        },
    )
