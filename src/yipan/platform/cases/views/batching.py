"""批量办理: the ticked cases, what can be done with them and why not, and the printing of their sheets."""

import io
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from pypdf import PdfWriter

from yipan.platform import calendar, documents, processes, records, ui
from yipan.platform.ui import listing, render
from yipan.platform.ui.access import needs

from .. import queries, sheets
from ..actions import batching
from ..actions.core import CaseProblem
from ..domain.batching import ACTS, AT_ONCE
from ..models import Batch
from ..queries import batching as reads
from . import common

MOST_SHEETS = 50


def take_cases(request: HttpRequest, keys: Sequence[str]) -> HttpResponseBase:
    """The rows ticked in the list of cases."""
    return _take(request, [int(key) for key in keys if key.isdecimal()], "cases:list")


def take_tasks(request: HttpRequest, keys: Sequence[str]) -> HttpResponseBase:
    """The rows ticked in the to-do: those that are about cases."""
    instances = [int(head) for head, _, rest in (key.partition("~") for key in keys) if head.isdecimal() and rest]
    return _take(request, processes.offering.subjects_of("case", instances), "processes:todo")


def _take(request: HttpRequest, case_ids: Sequence[int], back: str) -> HttpResponseBase:
    try:
        batch = batching.make(case_ids, actor=common.actor_of(request), now=calendar.now())
    except CaseProblem as problem:
        return common.told(request, str(problem), back)
    return redirect("cases:batch", batch.pk)


CASES = listing.BatchAction("handle", "批量办理", right="case.handle", kind="primary", hand_over=take_cases)
TASKS = listing.BatchAction("handle", "批量办理办件", right="case.handle", kind="primary", hand_over=take_tasks)


@needs("case.handle")
def batch(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Which of the cases an act can be done on; begun batches show their result."""
    actor = common.actor_of(request)
    found = reads.mine(batch_id, actor)
    if found.begun_at is not None:
        return redirect("cases:batch_result", found.pk)
    if request.method != "POST":
        return _preview(request, found, request.GET.get("act", ""))
    act, receiver = request.POST.get("act", ""), common.whole(request.POST.get("receiver")) or None
    try:
        batching.begin(
            found.pk, act=act, opinion=request.POST.get("opinion", ""), receiver_id=receiver, actor=actor,
            now=calendar.now(),
        )  # fmt: skip
    except CaseProblem as problem:
        return _preview(request, found, act, problem=str(problem))
    return redirect("cases:batch_result", found.pk)


def _preview(request: HttpRequest, found: Batch, act: str, *, problem: str = "") -> HttpResponse:
    actor = common.actor_of(request)
    lines = reads.preview(found, actor)
    offered = reads.offered(lines)
    keys = [one.key for one, _number in offered]
    act = act if act in keys else next(iter(keys), "")
    task = next((line.verdicts[act].task_id for line in lines if act and line.verdicts[act].task_id), None)
    context = {
        "face": "workbench", "batch": found, "lines": lines, "offered": offered, "act": ACTS.get(act),
        "possible": sum(not line.verdicts[act].why for line in lines) if act else 0, "at_once": AT_ONCE,
        "opinion": request.POST.get("opinion") or (batching.suggestion(ACTS[act]) if act else ""),
        "receivers": processes.queries.transfer_candidates(task, actor) if act == "transfer" and task else [],
        "problem": problem,
    }  # fmt: skip
    return render(request, "cases/batch.html", context, status=422 if problem else 200)


@needs("case.handle")
@require_POST
def resume(request: HttpRequest, batch_id: int) -> HttpResponseBase:
    """Go on with what was left."""
    actor = common.actor_of(request)
    found = reads.mine(batch_id, actor)
    batching.resume(found.pk, actor=actor)
    ui.notify(request, "已继续办理")
    return redirect("cases:batch_result", found.pk)


@needs("case.read")
def sheets_of(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The approval sheets of the cases in one PDF; every read is logged."""
    actor, now = common.actor_of(request), calendar.now()
    found = reads.mine(batch_id, actor)
    ids = [line.case_id for line in reads.preview(found, actor)]
    if len(ids) > MOST_SHEETS:
        raise ui.errors.BadInput(f"一次最多打印 {MOST_SHEETS} 件，请少勾选一些。")
    writer = PdfWriter()
    for case in queries.visible(actor).filter(pk__in=ids).order_by("pk"):
        records.log_access(actor, ("case", str(case.pk)), ["申请人", "申请表", "审批意见"], "批量打印审批表")
        pdf = documents.render_pdf(
            "case/approval_sheet", sheets.full_approval_sheet(case, now), at=now, number=case.short_no or "",
            subject=("case", str(case.pk)),
        )  # fmt: skip
        writer.append(io.BytesIO(pdf))
    out = io.BytesIO()
    writer.write(out)
    response = HttpResponse(out.getvalue(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="approval-sheets-{found.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
