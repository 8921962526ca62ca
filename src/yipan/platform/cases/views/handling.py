"""Staff: the list of cases, the case page with everything on it, completing tasks, moves and bare acts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yipan.platform import calendar, documents, files, forms, people, processes, records, ui
from yipan.platform.records import queries as record_queries
from yipan.platform.ui import formats, render
from yipan.platform.ui.access import needs

from .. import items, queries, sheets, timeline
from ..actions import clocks, decision, examination, exceptions, precheck
from ..actions.core import CaseProblem
from ..domain import corrections, specials
from ..domain.corrections import NoticeRefused
from ..domain.specials import SpecialRefused
from ..domain.states import IllegalAct, State, allowed_acts
from ..models import Case, CaseDocument, CaseMaterial, Phrase
from . import common

PROBLEMS = (CaseProblem, IllegalAct, NoticeRefused, SpecialRefused, processes.ProcessProblem)


@needs("case.read")
def page(
    request: HttpRequest, case_id: int, *, problem: str = "", entered: dict[str, str] | None = None
) -> HttpResponseBase:
    """One case: what the reader may do now comes first, everything else is for reading."""
    actor, now = common.actor_of(request), calendar.now()
    case = queries.get_for_staff(case_id, actor)
    found = items.terms(case)
    records.log_access(actor, ("case", str(case.pk)), ["申请人", "申请表", "材料"], "办件办理")
    task = processes.queries.my_task(("case", str(case.pk)), actor)
    if task is not None and task.act == "precheck" and case.state == State.RECEIVED:
        precheck.start_precheck(case.pk, actor=actor, now=now)
        case.refresh_from_db()
    grants = people.access.grants_for(actor)
    context: dict[str, Any] = {
        "face": "workbench",
        "case": queries.row(case, now),
        "facts": _facts(case),
        "receiver": case.agent_name or case.applicant_name,
        "limits": {"extension": found.extension_days},
        "clocks": clocks.explained(case, found),
        "task": task,
        "entered": entered or {},
        "sections": forms.queries.print_rows(case.form_data_id) if case.form_data_id else [],
        "materials": queries.materials(case),
        "story": timeline.story(case, record_queries.story_of("case", case.pk), for_applicant=False),
        "opinions": queries.opinions(case),
        "documents": queries.documents(case, for_applicant=False),
        "notice": queries.open_notice(case),
        "specials": queries.open_specials(case),
        "proposals": queries.pending_proposals(case),
        "extensions": queries.pending_extensions(case),
        "exceptions": queries.pending_exceptions(case),
        "noticed": queries.was_noticed(case),
        "special_titles": specials.KINDS,
        "special_kinds": [(k, t) for k, t in specials.KINDS.items() if k in found.special_kinds],
        "defect_kinds": corrections.KINDS,
        "picture": processes.picture_for(case.instance_id) if case.instance_id else "",
        "steps": processes.steps_for(case.instance_id) if case.instance_id else [],
        "phrases": list(Phrase.objects.filter(account_id=actor.account_id).values_list("text", flat=True)),
        "acts": {rule.verb for rule in allowed_acts(State(case.state))},
        "may": {
            name: any(people.access.reaches(grant, name, case.unit_id) for grant in grants) for name in PAGE_RIGHTS
        },
        "problem": problem,
        "colleagues": processes.queries.transfer_candidates(task.id, actor) if task else [],
    }
    return render(request, "cases/page.html", context, status=409 if problem else 200)


def _facts(case: Case) -> list[tuple[str, str]]:
    return [
        ("办件编号", case.case_no or ""),
        ("短号", case.short_no or ""),
        ("收件时间", formats.moment(case.received_at)),
        ("受理时间", formats.moment(case.accepted_at)),
        ("渠道", case.get_channel_display()),  # type: ignore[attr-defined]
        ("经办人", case.agent_name or "—"),
        ("统一社会信用代码", case.applicant_code or "—"),
        ("事项版本", f"第 {case.accepted_version or case.item_version} 版"),
        ("电子送达", "同意" if case.e_service else "不同意"),
        ("决定文号", case.decision_no or "—"),
    ]


PAGE_RIGHTS = (
    "case.precheck", "case.examine", "case.approve_special", "case.approve_extension", "case.approve_exception",
    "case.terminate",
)  # fmt: skip


@needs("case.handle")
@require_POST
def complete(request: HttpRequest, case_id: int, task_id: int) -> HttpResponseBase:
    """Complete a task with its outcome and opinion; the input stays on the page when it is refused."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    try:
        processes.complete(
            task_id=task_id,
            actor=actor,
            now=calendar.now(),
            outcome=request.POST.get("outcome", ""),
            opinion=request.POST.get("opinion", ""),
            data=_task_data(request, case.pk, actor),
            key=request.POST.get("key", ""),
        )
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return _after(request, case.pk)


def _after(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """To the next open task of the clerk when he works in a row, else back to his to-do."""
    ui.notify(request, "已提交")
    if request.POST.get("after") == "stay":
        return redirect("cases:page", case_id)
    return redirect("processes:todo")


def _task_data(request: HttpRequest, case_id: int, actor: records.Actor) -> dict[str, Any]:
    """What a task's form sends besides outcome and opinion."""
    names = ("law", "facts", "second_officer", "place", "way", "receiver", "right_agency")
    data: dict[str, Any] = {name: request.POST[name] for name in names if request.POST.get(name)}
    if request.POST.get("outcome") == "correct":
        data["defects"] = _defects(request, case_id)
    image = request.FILES.get("image")
    if image is not None:
        stored = files.store(
            image.file, name=image.name or "签批", owner=("case", str(case_id)), actor=actor, at=calendar.now()
        )
        data["image_file_id"] = stored.id
    return data


def _defects(request: HttpRequest, case_id: int) -> list[dict[str, str]]:
    """The ticked materials, each with kind and remedy."""
    names = dict(CaseMaterial.objects.filter(case_id=case_id, replaced=False).values_list("code", "name"))
    found = []
    for code in request.POST.getlist("defect"):
        if code in names:
            found.append(
                {
                    "subject": names[code],
                    "kind": request.POST.get(f"kind-{code}", ""),
                    "remedy": request.POST.get(f"remedy-{code}", ""),
                    "material_code": code,
                }
            )
    if request.POST.get("defect-form"):
        found.append(
            {
                "subject": "申请表",
                "kind": request.POST.get("kind-form", "inconsistent"),
                "remedy": request.POST.get("remedy-form", ""),
                "field_key": "form",
            }
        )
    return found


@needs("case.handle")
@require_POST
def move(request: HttpRequest, case_id: int, task_id: int, kind: str) -> HttpResponseBase:
    """Claim, give back, transfer, urge … a task."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    arguments: dict[str, Any] = {}
    if request.POST.get("to"):
        arguments["to_account_id"] = common.whole(request.POST["to"])
    if request.POST.get("reason"):
        arguments["reason"] = request.POST["reason"]
    try:
        processes.move(task_id=task_id, move=kind, actor=actor, now=calendar.now(), **arguments)
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return redirect("cases:page", case_id)


@needs("case.examine")
@require_POST
def ask_special(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """An examiner proposes a special procedure; it begins when somebody else approves it."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    try:
        examination.propose_special_procedure(
            case.pk,
            kind=common.whole(request.POST.get("kind")),
            planned_days=common.whole(request.POST.get("planned_days")),
            basis=request.POST.get("basis", ""),
            actor=actor,
            now=calendar.now(),
        )
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return redirect("cases:page", case_id)


@needs("case.approve_special")
@require_POST
def approve_special(request: HttpRequest, case_id: int, proposal_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        examination.approve_special_procedure(proposal_id, actor=actor, now=calendar.now())
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem))
    return redirect("cases:page", case_id)


@needs("case.examine")
@require_POST
def end_special(request: HttpRequest, case_id: int, special_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        examination.end_special_procedure(
            special_id, result=request.POST.get("result", ""), actor=actor, now=calendar.now()
        )
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem))
    return redirect("cases:page", case_id)


@needs("case.examine")
@require_POST
def ask_extension(request: HttpRequest, case_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        decision.request_extension(
            case_id,
            days=common.whole(request.POST.get("days")),
            reason=request.POST.get("reason", ""),
            actor=actor,
            now=calendar.now(),
        )
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return redirect("cases:page", case_id)


@needs("case.approve_extension")
@require_POST
def decide_extension(request: HttpRequest, case_id: int, extension_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        decision.decide_extension(
            extension_id, approve=request.POST.get("approve") == "1", actor=actor, now=calendar.now()
        )
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem))
    return redirect("cases:page", case_id)


@needs("case.precheck")
@require_POST
def ask_exception(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """A clerk asks to tell, once more, what should have been told the first time."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        exceptions.request(case_id, reason=request.POST.get("reason", ""), actor=actor, now=calendar.now())
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return redirect("cases:page", case_id)


@needs("case.approve_exception")
@require_POST
def decide_exception(request: HttpRequest, case_id: int, exception_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    try:
        exceptions.decide(exception_id, approve=request.POST.get("approve") == "1", actor=actor, now=calendar.now())
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem))
    return redirect("cases:page", case_id)


@needs("case.terminate")
@require_POST
def terminate(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """终止办理: where the law says so, with reason, law and remedy."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    reason, law = request.POST.get("reason", ""), request.POST.get("law", "")
    try:
        decision.terminate(case_id, reason=reason, law=law, actor=actor, now=calendar.now())
    except PROBLEMS as problem:
        return page(request, case_id, problem=str(problem), entered=request.POST.dict())
    return redirect("cases:page", case_id)


@needs("case.read")
def sheet(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """审批表 as it stands now, to print at any time; the final one is a document of the concluded case."""
    actor, now = common.actor_of(request), calendar.now()
    case = queries.get_for_staff(case_id, actor)
    records.log_access(actor, ("case", str(case.pk)), ["申请人", "申请表"], "打印审批表")
    pdf = documents.render_pdf(
        "case/approval_sheet", sheets.full_approval_sheet(case, now), at=now, number=case.short_no or ""
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="approval-sheet-{case.short_no}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@needs("case.read")
def material(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    """Open a material's file; who looked is logged."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    row = CaseMaterial.objects.filter(case=case, pk=material_id).first()
    if row is None or row.file_id is None:
        raise queries.CaseNotFound
    return files.response(row.file_id, actor, ("case", str(case.pk)))


@needs("case.read")
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    wanted = CaseDocument.objects.filter(case=case, pk=document_id).first()
    if wanted is None or wanted.document_id is None:
        raise queries.CaseNotFound
    return documents.response(wanted.document_id, actor=actor)


@needs("case.read")
def phrase(request: HttpRequest) -> HttpResponseBase:
    """Keep a phrase of one's own."""
    from ..actions import opinions

    actor = common.actor_of(request)
    if request.method == "POST" and actor.account_id is not None:
        opinions.add_phrase(actor.account_id, request.POST.get("text", ""))
    return HttpResponse(status=204)
