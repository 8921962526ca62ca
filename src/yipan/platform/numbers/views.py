"""Screens for those who answer for numbers: the proof that none is missing, reserving, voiding."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.platform import ui
from yipan.platform.calendar import now
from yipan.platform.ui.access import needs

from . import queries
from . import series as actions
from .models import Number

KIND_WORDS = {"document": "文书编号", "case": "办件编号"}


@needs("numbers.manage")
def series(request: HttpRequest) -> HttpResponse:
    """The counters of one kind of number, and every gap there is in any."""
    kinds = queries.kinds()
    kind = request.GET.get("kind", "") or ("document" if "document" in kinds or not kinds else kinds[0])
    text = request.GET.get("q", "")
    context = {
        "face": "administration",
        "kinds": [(name, KIND_WORDS.get(name, name)) for name in kinds],
        "kind": kind,
        "q": text,
        "rows": queries.series_rows(kind, text=text),
        "gaps": queries.gaps(),
    }
    return ui.render(request, "numbers/series.html", context)


@needs("numbers.manage")
def register(request: HttpRequest, series_id: int) -> HttpResponse:
    """The numbers of one counter."""
    return _page(request, series_id)


def _page(request: HttpRequest, series_id: int, errors: dict[str, str] | None = None) -> HttpResponse:
    rows = queries.series_rows("", series_id=series_id)
    if not rows:
        raise Http404("没有这个编号系列")
    state = request.GET.get("state", "")
    posted = request.POST if errors else {}
    context = {
        "face": "administration",
        "series": rows[0],
        "states": [("", "全部"), *Number.State.choices],
        "state": state,
        "rows": queries.register(series_id=series_id, state=state),
        "errors": errors or {},
        "posted": {name: posted.get(name, "") for name in ("count", "purpose", "value", "reason")},
    }
    return ui.render(request, "numbers/register.html", context, status=422 if errors else 200)


def _number(request: HttpRequest, field: str) -> int:
    text = request.POST.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise actions.NumberProblem("请填写数字")
    return int(text)


@needs("numbers.manage")
@require_POST
def reserve(request: HttpRequest, series_id: int) -> HttpResponse:
    """Set the next numbers of a unit's documents aside."""
    rows = queries.series_rows("", series_id=series_id)
    if not rows or rows[0].series != "document":
        raise Http404("这个编号系列不能预留")
    try:
        given = actions.reserve_documents(
            unit_key=rows[0].unit,
            word=rows[0].word,
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
def void(request: HttpRequest, series_id: int) -> HttpResponse:
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
