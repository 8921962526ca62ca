"""One change from above: what it would change here, taken over or declined; and the province's push."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar, jobs, people, ui
from yipan.platform.exchange.gateway import callback
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import drafting, upstream
from ..domain import differences, item_of
from ..domain.upstream import CHANGED, WORDS, applied
from ..models import UpstreamChange
from ..upstream_listing import SOURCES, TONES


@callback
def pushed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the push says only that there is something
    """The province published something: it is fetched by the worker, once however often we are told."""
    jobs.defer(upstream.PULL, once=upstream.PULL)
    return JsonResponse({"taken": True})


@needs(drafting.RELEASE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, change_id: int) -> HttpResponseBase:
    found = UpstreamChange.objects.filter(pk=change_id).first()
    if found is None:
        raise Http404("没有这项下发")
    problem = ""
    if request.method == "POST":
        actor, at = people.actor(request), calendar.now()
        try:
            if request.POST.get("do") == "take":
                drafts = upstream.take(found.pk, actor=actor, at=at)
                ui.notify(request, f"已采纳，{len(drafts)} 项事项变更已提交单位审核" if drafts else "已采纳", "green")
            else:
                upstream.decline(found.pk, reason=request.POST.get("reason", ""), actor=actor, at=at)
                ui.notify(request, "已登记不采纳的原因", "green")
        except drafting.DraftProblem as refused:
            problem = str(refused)
        else:
            return redirect("catalogue:upstream")
    context = {
        "face": "administration", "change": found, "word": WORDS.get(found.operation, found.operation),
        "source": SOURCES[found.source], "tone": TONES[found.state], "effects": _effects(found), "problem": problem,
        "drafts": list(found.drafts.order_by("id")),
        "columns": sorted(found.data.items()) if found.source == "province" else [],
    }  # fmt: skip
    return render(request, "catalogue/upstream.html", context, status=409 if problem else 200)


def _effects(change: UpstreamChange) -> list[tuple[str, tuple]]:
    """Item by item what would be different, in plain words."""
    if change.operation != CHANGED or change.state != UpstreamChange.State.WAITING:
        return []
    base, names = queries.base_item(change.catalog_code), queries.names()
    found = []
    for view in queries.of_base(change.catalog_code):
        if change.source == "pack":
            made = change.data if change.data["key"] == view.item.key else None
        else:
            made = applied(view.item.raw, change.data, base.name if base else "")
        if made is not None and dict(made) != dict(view.item.raw):
            found.append((view.item.title, differences(view.item, item_of(made), names)))
    return found
