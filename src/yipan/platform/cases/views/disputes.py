"""数据异议: the desk of those who keep registers, and the page on which one contested value is answered."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar, people, ui
from yipan.platform.ui import listing, render
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import disputes
from ..actions.core import CaseProblem
from ..models import DataDispute
from . import common

TONES = {"open": "orange", "corrected": "green", "refused": "grey"}


class DisputeList(listing.ListPage):
    """What applicants say is wrong in the registers of one's unit."""

    key, title, face = "cases.disputes", "数据异议", "workbench"
    intro = "申请人认为登记数据有误的，由登记单位核实：更正登记，或者写明理由维持；结果告知申请人和审查人员。"
    default_order = "due"
    columns = (
        listing.Column(
            "label", "数据项", link=lambda row: reverse("cases:dispute", args=[row.id]), sub=lambda row: row.number,
            fixed=True,
        ),
        listing.Column("shown", "登记内容"),
        listing.Column("remark", "申请人认为"),
        listing.Column("item", "所办事项", shown=False),
        listing.Column(
            "state", "状态", "status", value=lambda row: "已逾期" if row.late else row.state_word,
            tone=lambda row: "red" if row.late else TONES[row.state],
        ),
        listing.Column("due", "期限", "moment", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "编号、数据项或内容"),
        listing.Choice("state", "状态", (*DataDispute.State.choices, ("late", "已逾期"))),
    )
    empty_title = "没有数据异议"

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.disputes_query(people.actor(request), calendar.now())


@needs(disputes.RIGHT)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, dispute_id: int) -> HttpResponseBase:
    """Correct the entry, or keep it with the reason."""
    actor, now = common.actor_of(request), calendar.now()
    row = queries.kept_dispute(dispute_id, actor, now)
    problem = ""
    if request.method == "POST":
        corrected = request.POST.get("corrected", "").strip() if request.POST.get("result") == "correct" else ""
        try:
            if request.POST.get("result") not in ("correct", "keep"):
                raise CaseProblem("请选择核实结果。")
            if request.POST["result"] == "correct" and not corrected:
                raise CaseProblem("请填写更正后的内容。")
            disputes.answer(dispute_id, corrected=corrected, text=request.POST.get("text", ""), actor=actor, now=now)
        except CaseProblem as refused:
            problem = str(refused)
        else:
            ui.notify(request, "已答复，申请人和审查人员会收到通知", "green")
            return redirect("cases:disputes")
    context = {"face": "workbench", "row": row, "problem": problem, "typed": request.POST.dict(), "tones": TONES}
    return render(request, "cases/dispute.html", context, status=409 if problem else 200)
