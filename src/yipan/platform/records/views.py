"""Audit screens beside the lists: one act, erasing what it holds, verifying the chains."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import jobs, ui
from yipan.platform.jobs import queries as job_queries
from yipan.platform.ui import context
from yipan.platform.ui.access import needs
from yipan.platform.ui.notices import notify

from . import crypto, queries
from .access_log import log_access
from .actions.erase_payload import erase_payload
from .domain import Actor
from .work import AUDIT_READ, PAYLOAD_ERASE

FACE = {"face": "administration"}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@needs(AUDIT_READ)
@require_GET
def act(request: HttpRequest, act_id: int) -> HttpResponse:
    """One act with its payload; opening it is itself noted, because payloads may hold personal data."""
    detail = queries.act_detail(act_id)
    if detail is None:
        raise Http404(f"没有编号为 {act_id} 的行为记录")
    log_access(_actor(request), ("act", act_id), ["理由", "附属内容"], "审计")
    values = {"act": detail, "may_erase": context.ask("may", request)(PAYLOAD_ERASE)}
    return ui.render(request, "records/act.html", FACE | values)


@needs(PAYLOAD_ERASE)
@require_POST
def erase(request: HttpRequest, act_id: int) -> HttpResponse:
    now = context.ask("now", request)
    erase_payload(act_id=act_id, actor=_actor(request), now=now, reason=request.POST.get("reason", ""))
    notify(request, "附属内容已清除，清除行为已记入同一条链。")
    return HttpResponseRedirect(reverse("records:act", args=[act_id]))


@needs(AUDIT_READ)
def integrity(request: HttpRequest) -> HttpResponse:
    """Signed roots, the last verifications, and the button that starts one."""
    if request.method == "POST":
        jobs.start("records.verify", title="核验行为记录", account_id=_actor(request).account_id)
        notify(request, "核验已开始，完成后结果显示在本页。")
        return HttpResponseRedirect(reverse("records:integrity"))
    values = {
        "roots": queries.roots(),
        "runs": job_queries.latest("records.verify"),
        "statement": crypto.current().statement,
    }
    return ui.render(request, "records/integrity.html", FACE | values, block="runs")
