"""Staff: the case page with everything on it, completing tasks, moves, following, numbers of persons in full."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yipan.platform import calendar, files, processes, records, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from .. import page as shown
from .. import queries
from ..actions import precheck, tasks
from ..actions.core import CaseProblem
from ..domain.corrections import NoticeRefused
from ..domain.specials import SpecialRefused
from ..domain.states import IllegalAct, State
from ..models import CaseMaterial
from . import common

PROBLEMS = (CaseProblem, IllegalAct, NoticeRefused, SpecialRefused, processes.ProcessProblem, files.Rejected)
WORDS = {
    "claim": "已签收", "unclaim": "已退签", "transfer": "已转办", "delegate": "已委托", "add_before": "已加签",
    "add_after": "已加签", "copy": "已抄送", "urge": "已催办，对方会收到提醒", "return": "已退回",
}  # fmt: skip
FORM = "form"
# What 送达 asks besides way and receiver.
HANDED = ("id_no", "authority", "left_reason", "witness1", "witness2")


@needs("case.read")
def page(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """One case: what the reader may do now comes first, everything else is for reading."""
    return show(request, case_id)


def show(
    request: HttpRequest,
    case_id: int,
    *,
    problem: str = "",
    entered: dict[str, Any] | None = None,
    purpose: str = "办件办理",
    revealed: bool = False,
) -> HttpResponseBase:
    """The page, after a refused act with the reason and what had been typed. The read is logged with its purpose."""
    actor, now = common.actor_of(request), calendar.now()
    case = queries.get_for_staff(case_id, actor)
    fields = ["申请人", "申请表", "材料", *(["完整证件号码和电话"] if revealed else [])]
    records.log_access(actor, ("case", str(case.pk)), fields, purpose)
    if case.state == State.RECEIVED and _prechecks(case.pk, actor):
        precheck.start_precheck(case.pk, actor=actor, now=now)
        case.refresh_from_db()
    values = shown.context(case, actor, now, problem=problem, entered=entered or {}, revealed=revealed)
    return render(request, "cases/page.html", values, status=409 if problem else 200)


def _prechecks(case_id: int, actor: records.Actor) -> bool:
    task = processes.queries.my_task(("case", str(case_id)), actor)
    return task is not None and task.act in ("precheck", "instant")


def attempt(request: HttpRequest, case_id: int, act: Callable[[], Any], done: str = "") -> HttpResponseBase:
    """Do something with a case and come back to its page; a refusal is shown there with what had been typed."""
    try:
        act()
    except PROBLEMS as problem:
        return show(request, case_id, problem=str(problem), entered=entered(request))
    if done:
        ui.notify(request, done)
    return redirect("cases:page", case_id)


def entered(request: HttpRequest) -> dict[str, Any]:
    """What was typed, lists where a field may come several times."""
    return request.POST.dict() | {"defect": request.POST.getlist("defect"), "person": request.POST.getlist("person")}


@needs("case.handle")
@require_POST
def complete(request: HttpRequest, case_id: int, task_id: int) -> HttpResponseBase:
    """Complete a task with its outcome and opinion; the input stays on the page when it is refused."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    mine = processes.queries.my_tasks(("case", str(case.pk)), actor)
    task = next((task for task in mine if task.id == task_id), None)
    try:
        if task is None:
            _explain(request, task_id, actor)
        else:
            tasks.complete(
                case.pk,
                task,
                actor=actor,
                now=calendar.now(),
                outcome=request.POST.get("outcome", ""),
                opinion=request.POST.get("opinion", ""),
                data=_task_data(request, case.pk),
                key=request.POST.get("key", ""),
                usual=shown.usual_opinions(task),
                image=_image(request),
            )
    except PROBLEMS as problem:
        return show(request, case_id, problem=str(problem), entered=entered(request))
    return _after(request, case.pk)


def _explain(request: HttpRequest, task_id: int, actor: records.Actor) -> None:
    """A task that is not open to the actor: somebody was first, or it was never his; the room of processes says which.
    A repeat of his own submission is no fault."""
    processes.complete(
        task_id=task_id,
        actor=actor,
        now=calendar.now(),
        outcome=request.POST.get("outcome", ""),
        key=request.POST.get("key", ""),
    )


def _image(request: HttpRequest) -> tasks.Image | None:
    image = request.FILES.get("image")
    return tasks.Image(image.name or "签批", image.read()) if image is not None else None


def _after(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """To the next task of the clerk when he works in a row, else back to his to-do."""
    ui.notify(request, "已提交")
    if request.POST.get("after") == "next":
        following = processes.queries.next_task(common.actor_of(request), ("case", str(case_id)))
        if following:
            return redirect(following)
        ui.notify(request, "待办已全部办完")
    return redirect("processes:todo")


def _task_data(request: HttpRequest, case_id: int) -> dict[str, Any]:
    """What a task's form sends besides outcome and opinion."""
    names = ("law", "facts", "second_officer", "place", "way", "receiver", "right_agency", "false_materials", *HANDED)
    data: dict[str, Any] = {name: request.POST[name] for name in names if request.POST.get(name)}
    if request.POST.get("outcome") == "correct":
        data["defects"] = _defects(request, case_id)
    return data


def _defects(request: HttpRequest, case_id: int) -> list[dict[str, str]]:
    """The ticked materials and the form, each with kind and remedy."""
    names = dict(CaseMaterial.objects.filter(case_id=case_id, replaced=False).values_list("code", "name"))
    found = []
    for code in request.POST.getlist("defect"):
        told = {"kind": request.POST.get(f"kind-{code}", ""), "remedy": request.POST.get(f"remedy-{code}", "").strip()}
        if code == FORM:
            found.append({"subject": "申请表", "field_key": FORM} | told)
        elif code in names:
            found.append({"subject": names[code], "material_code": code} | told)
    return found


@needs("case.handle")
@require_POST
def move(request: HttpRequest, case_id: int, task_id: int) -> HttpResponseBase:
    """Claim, give back, transfer, add a signer, copy, urge … a task."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    asked = processes.moving.asked(request.POST)
    done = WORDS.get(asked["move"], "已办理")
    return attempt(
        request, case_id, lambda: processes.move(task_id=task_id, actor=actor, now=calendar.now(), **asked), done
    )


@needs("case.read")
@require_POST
def reveal(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The page once with numbers of persons in full; who wanted them and why is logged."""
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 4:
        return show(request, case_id, problem="查看完整证件号码和电话须写明用途，至少 4 个字。")
    return show(request, case_id, purpose=reason[:100], revealed=True)
