"""The register of licences for staff, and changing a licence's state."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.kernel.clock import day_of
from yipan.platform import calendar, documents, records, ui
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs

from .. import queries
from ..actions.change import change as change_state
from ..domain import LicenceProblem
from ..domain.states import STATE_WORDS
from .mine import shown


def _actor(request: HttpRequest) -> records.Actor:
    return request.actor  # type: ignore[attr-defined]


class Register(listing.ListPage):
    """Licences of the units this member of staff may see."""

    key, title, face = "licences.list", "证照登记簿", "workbench"
    personal = True
    default_order = "-issued_at"
    columns = (
        listing.Column(
            "number", "证照编号", link=lambda row: reverse("licences:one", args=[row.id]), sub=lambda row: row.title,
            sort=True, fixed=True,
        ),
        listing.Column("holder", "持证人", personal=True),
        listing.Column("issuer", "发证机关"),
        listing.Column("valid", "有效期"),
        listing.Column("state_word", "状态", "status", tone=lambda row: row.tone),
        listing.Column("issued_at", "发证时间", "moment", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "编号、持证人或信用代码"),
        listing.Choice("state", "状态", tuple(STATE_WORDS.items())),
        listing.DateRange("issued_at", "发证日期"),
    )
    empty_title = "还没有证照"
    empty_hint = "办件准予许可并制证后，证照登记在这里。"

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.register_query(_actor(request), day_of(calendar.now()))


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
        "posted": {name: posted.get(name, "") for name in ("action", "reason", "law", "fraud")},
    }
    return ui.render(request, "licences/one.html", context, status=422 if errors else 200)


@needs("licence.read")
def file(request: HttpRequest, licence_id: int) -> HttpResponseBase:
    """The sealed PDF; the read is logged."""
    licence = queries.one(licence_id, _actor(request))
    return documents.response(licence.document_id or 0, actor=_actor(request), purpose="查看证照文件")


@needs("licence.read")
def decision(request: HttpRequest, licence_id: int, document_id: int) -> HttpResponseBase:
    """A decision on the licence (撤销, 吊销, 注销)."""
    wanted = queries.decision(queries.one(licence_id, _actor(request)), document_id)
    return documents.response(wanted, actor=_actor(request), purpose="查看决定书")


@needs("licence.read")
@require_POST
def change(request: HttpRequest, licence_id: int) -> HttpResponse:
    """Suspend, restore, revoke, withdraw or cancel; each has its own right, checked by the action."""
    queries.one(licence_id, _actor(request))
    posted = {name: request.POST.get(name, "") for name in ("action", "reason", "law", "fraud")}
    try:
        licence = change_state(
            licence_id,
            posted["action"],
            reason=posted["reason"],
            law=posted["law"],
            fraud=posted["fraud"] == "1",
            actor=_actor(request),
            at=calendar.now(),
        )
    except LicenceProblem as problem:
        return _page(request, licence_id, {"reason": str(problem)}, posted)
    ui.notify(request, f"{licence.title} {licence.number} 现为“{STATE_WORDS[licence.state]}”", tone="green")
    return HttpResponseRedirect(reverse("licences:one", args=[licence_id]))
