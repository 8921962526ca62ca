"""指南有误: the reader's form, and the list where those who keep the guides answer."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yipan.kernel.clock import show_due
from yipan.platform import calendar, people, records, ui
from yipan.platform.ui import listing, render
from yipan.platform.ui.access import needs, public

from .. import queries
from ..actions import reports
from .guide import view_of

MANAGE = "catalogue.manage"
TONES = {"已答复": "green", "已超期": "red", "待答复": "orange"}


def state(row: queries.ReportRow) -> str:
    if row.answered_at is not None:
        return "已答复"
    return "已超期" if row.late else "待答复"


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


class ReportList(listing.ListPage):
    """Reports on the guides one keeps, the newest first; each opens with the form that answers it."""

    key, title, face = "catalogue.reports", "指南纠错", "administration"
    intro = "群众和企业在办事指南页提出的错误。两个工作日内核对、更正并答复，登录的提出人会收到答复。"
    default_order = "-at"
    columns = (
        listing.Column(
            "item_title", "事项", link=lambda row: reverse("catalogue:answer_report", args=[row.id]),
            sub=lambda row: row.text, fixed=True,
        ),
        listing.Column("part", "哪一部分", value=lambda row: reports.PARTS.get(row.part, row.part)),
        listing.Column("state", "状态", "status", value=state, tone=lambda row: TONES[state(row)]),
        listing.Column("at", "提出时间", "moment", sort=True),
        listing.Column("due", "答复期限", "day", value=listing.last_day("due"), sort=True),
        listing.Column("answer", "答复", sub=lambda row: row.answered_by),
    )  # fmt: skip
    filters = (
        listing.Text("q", "事项或说明"),
        listing.Choice("state", "状态", (("open", "待答复"), ("late", "已超期"), ("answered", "已答复"))),
    )
    empty_title = "没有纠错"
    empty_hint = "群众和企业在办事指南页提出的错误会出现在这里。"

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.reports_query(people.actor(request), MANAGE)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """One report, and its answer; what was written stays when it is refused."""
    actor = people.actor(request)
    row = queries.guide_report(report_id, actor, MANAGE)
    written, faults = request.POST.get("answer", ""), {}
    if request.method == "POST":
        try:
            reports.answer(report_id, text=written, actor=actor, at=calendar.now())
        except reports.ReportProblem as problem:
            faults = problem.faults
        else:
            ui.notify(request, "已答复", "green")
            return redirect("catalogue:reports")
    context = {
        "face": "administration", "row": row, "part": reports.PARTS.get(row.part, row.part), "written": written,
        "faults": faults, "due": show_due(row.due) if row.due else "",
    }  # fmt: skip
    return render(request, "catalogue/admin_report.html", context, status=422 if faults else 200)
