"""The register of licences for staff, and changing a licence's state."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.kernel.clock import day_of
from yipan.platform import calendar, documents, records, ui
from yipan.platform.ui.access import needs

from .. import queries
from ..actions.change import change as change_state
from ..domain import LicenceProblem
from ..domain.states import STATE_WORDS
from .mine import shown


def _actor(request: HttpRequest) -> records.Actor:
    return request.actor  # type: ignore[attr-defined]


@needs("licence.read")
def register(request: HttpRequest) -> HttpResponse:
    """Licences of the units this member of staff may see."""
    text, state, before = (request.GET.get(name, "") for name in ("q", "state", "before"))
    rows, following = queries.register(
        _actor(request),
        day_of(calendar.now()),
        text=text,
        state=state if state in STATE_WORDS else "",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    query = {name: value for name, value in (("q", text), ("state", state)) if value}
    context = {
        "face": "workbench",
        "rows": rows,
        "q": text,
        "state": state,
        "states": list(STATE_WORDS.items()),
        "following": reverse("licences:list", query={**query, "before": following}) if following else "",
    }
    return ui.render(request, "licences/register.html", context)


@needs("licence.read")
def one(request: HttpRequest, licence_id: int) -> HttpResponse:
    """One licence with its story and what may be done with it."""
    return _page(request, licence_id, {}, {})


def _page(request: HttpRequest, licence_id: int, errors: dict[str, str], posted: dict[str, str]) -> HttpResponse:
    licence = queries.one(licence_id, _actor(request))
    if licence.holder_kind == "person":
        records.log_access(_actor(request), ("licence", str(licence_id)), ["持证人姓名"], "查看证照")
    context = {
        "face": "workbench",
        "licence": shown(licence),
        "changes": [(change.key, change.title) for change in queries.possible(licence, _actor(request))],
        "story": queries.story(licence_id),
        "errors": errors,
        "posted": {name: posted.get(name, "") for name in ("action", "reason", "law")},
    }
    return ui.render(request, "licences/one.html", context, status=422 if errors else 200)


@needs("licence.read")
def file(request: HttpRequest, licence_id: int) -> HttpResponseBase:
    """The sealed PDF; the read is logged."""
    licence = queries.one(licence_id, _actor(request))
    return documents.response(licence.document_id or 0, actor=_actor(request), purpose="查看证照文件")


@needs("licence.read")
@require_POST
def change(request: HttpRequest, licence_id: int) -> HttpResponse:
    """Suspend, restore, revoke, withdraw or cancel; each has its own right, checked by the action."""
    queries.one(licence_id, _actor(request))
    posted = {name: request.POST.get(name, "") for name in ("action", "reason", "law")}
    try:
        licence = change_state(
            licence_id,
            posted["action"],
            reason=posted["reason"],
            law=posted["law"],
            actor=_actor(request),
            at=calendar.now(),
        )
    except LicenceProblem as problem:
        return _page(request, licence_id, {"reason": str(problem)}, posted)
    ui.notify(request, f"{licence.title} {licence.number} 现为“{STATE_WORDS[licence.state]}”", tone="green")
    return HttpResponseRedirect(reverse("licences:one", args=[licence_id]))
