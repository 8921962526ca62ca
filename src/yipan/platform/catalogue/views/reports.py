"""指南有误: the reader's form, and the list where those who keep the guides answer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, people, records, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import needs, public

from .. import queries
from ..actions import reports
from .guide import view_of

MANAGE = "catalogue.manage"


@public
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, key: str) -> HttpResponseBase:
    """What is wrong with this guide; works without login and without script."""
    view = view_of(key)
    entered = {name: request.POST.get(name, "") for name in ("part", "text")}
    faults: dict[str, str] = {}
    if request.method == "POST":
        who = people.access.identify(request)
        try:
            reports.report(
                view,
                part=entered["part"],
                text=entered["text"],
                account_id=who.account.pk if who else None,
                actor=who.actor if who else records.SYSTEM,
                at=calendar.now(),
            )
        except reports.ReportProblem as problem:
            faults = problem.faults
        else:
            ui.notify(request, _("已经收到，谢谢您。实施单位会在 2 个工作日内核对、更正。"), "green")
            return redirect("catalogue:item", key)
    context = {
        "face": "portal",
        "item": view.item,
        "parts": list(reports.PARTS.items()),
        "entered": entered,
        "faults": faults,
        "signed_in": getattr(request, "principal", None) is not None or people.access.identify(request) is not None,
    }
    return render(request, "catalogue/report.html", context, status=422 if faults else 200)


@needs(MANAGE)
def listing(request: HttpRequest) -> HttpResponse:
    """Reports on the guides one keeps, unanswered ones first."""
    rows = queries.guide_reports(people.scope_filter(people.actor(request), MANAGE), calendar.now())
    return render(
        request, "catalogue/admin_reports.html", {"face": "administration", "rows": rows, "parts": reports.PARTS}
    )


@needs(MANAGE)
@require_POST
def answer(request: HttpRequest, report_id: int) -> HttpResponse:
    actor = people.actor(request)
    if not queries.keeps_report(report_id, people.scope_filter(actor, MANAGE)):
        raise Http404("没有这条纠错")
    try:
        reports.answer(report_id, text=request.POST.get("answer", ""), actor=actor, at=calendar.now())
    except reports.ReportProblem as problem:
        ui.notify(request, str(problem), "red")
    else:
        ui.notify(request, "已答复")
    return redirect("catalogue:reports")
