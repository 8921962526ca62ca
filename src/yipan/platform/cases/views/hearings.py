"""听证: what staff do on the page of a case, what the applicant does on his, the public list of what is to be held."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.kernel.clock import SHANGHAI
from yipan.platform import calendar, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen, needs, public

from .. import queries
from ..actions import hearings
from ..actions.core import CaseProblem
from ..domain.hearings import Plan
from ..domain.states import IllegalAct
from . import common
from .handling import attempt

DONE = {
    "inform": "听证告知书已发出", "ask": "已登记听证申请，时限停止计算", "waive": "已登记放弃听证",
    "schedule": "听证通知书已发出", "hold": "听证笔录已生成，时限恢复计算",
}  # fmt: skip


@needs("case.examine")
@require_POST
def staff(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """One step of a hearing, from telling the right to the record."""
    actor, now, posted = common.actor_of(request), calendar.now(), request.POST
    queries.get_for_staff(case_id, actor)
    steps = {
        "inform": lambda: hearings.inform(case_id, interested=posted.get("interested", ""), actor=actor, now=now),
        "ask": lambda: hearings.ask(
            case_id, by=posted.get("by", ""), reason=posted.get("reason", ""), actor=actor, now=now
        ),
        "waive": lambda: hearings.waive(case_id, actor=actor, now=now),
        "schedule": lambda: hearings.schedule(case_id, _plan(request), actor=actor, now=now, why=posted.get("why", "")),
        "hold": lambda: hearings.hold(
            case_id,
            present=posted.get("present", ""),
            text=posted.get("text", ""),
            signature=posted.get("signature", ""),
            refusal=posted.get("refusal", ""),
            actor=actor,
            now=now,
        ),
    }
    step = posted.get("hearing", "")
    if step not in steps:
        raise queries.CaseNotFound
    return attempt(request, case_id, steps[step], DONE[step])


def _plan(request: HttpRequest) -> Plan:
    try:
        at = datetime.strptime(request.POST.get("at", ""), "%Y-%m-%dT%H:%M").replace(tzinfo=SHANGHAI)
    except ValueError as wrong:
        raise hearings.HearingRefused({"at": "请填写举行听证的日期和时间"}) from wrong
    return Plan(
        at,
        request.POST.get("place", ""),
        common.whole(request.POST.get("host")) or None,
        request.POST.get("public") != "0",
        request.POST.get("closed_reason", ""),
    )


@citizen
@require_POST
def own(request: HttpRequest, case_id: int) -> HttpResponse:
    """The applicant asks for the hearing he was told of, or waives it."""
    case = common.own_case(request, case_id)
    actor, now = common.actor_of(request), calendar.now()
    try:
        if request.POST.get("do") == "waive":
            hearings.waive(case.pk, actor=actor, now=now, own=True)
            told = _("已登记您放弃听证。")
        else:
            hearings.ask(case.pk, by="", reason=request.POST.get("reason", ""), actor=actor, now=now, own=True)
            told = _("已收到您的听证申请，办理单位会在二十个工作日内举行，并提前书面通知您。")
    except (CaseProblem, IllegalAct) as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    ui.notify(request, told, "green")
    return redirect("cases:mine_one", case.pk)


@public
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What is to be held in public, for everybody (行政许可法 art. 48: 听证应当公开举行)."""
    return render(request, "cases/hearings.html", {"face": "portal", "rows": queries.public_hearings(calendar.now())})
