"""What the devices of a window bring in: scanned stacks, signatures, slips; and the page on which a window is paired.

The bridge runs on the clerk's own computer and talks to the page; what comes from it is user input like any upload.
"""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, files, ui
from yipan.platform.files.joining import Side
from yipan.platform.ui import render
from yipan.platform.ui.access import needs
from yipan.platform.ui.middleware import device_bridge

from .. import queries
from ..actions import printing, scanning, signing
from ..actions.core import CaseProblem
from ..domain.states import IllegalAct
from ..models import CaseSignature, PrintJob
from . import common

PROBLEMS = (CaseProblem, IllegalAct, files.Rejected)


def bridge() -> dict[str, str]:
    """Where pages find the bridge; in the demo they are paired with it already."""
    token = settings.YIPAN_BRIDGE_TOKEN if settings.ENVIRONMENT != "production" else ""
    return {"address": settings.YIPAN_DEVICE_BRIDGE, "token": token}


@device_bridge
@needs("case.receive")
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """The devices of this computer, its pairing, and the slips of today."""
    actor, now = common.actor_of(request), calendar.now()
    context = {"face": "counter", "bridge": bridge(), "jobs": queries.print_jobs(actor, now)}
    return render(request, "cases/devices.html", context)


@needs("case.receive")
@require_POST
def scans(request: HttpRequest, case_id: int) -> HttpResponse:
    """A scanned stack: ``plan`` is JSON, [{"code", "page", "turn"}] in the order of pages; ``page`` the pictures."""
    case = common.counter_case(request, case_id)
    try:
        stacks = _stacks(request)
        taken = scanning.take_in(case.pk, stacks, actor=common.actor_of(request), now=calendar.now())
    except PROBLEMS as problem:
        return JsonResponse({"message": str(problem)}, status=422, json_dumps_params={"ensure_ascii": False})
    ui.notify(request, f"已收下 {len(taken)} 份材料：{'、'.join(taken)}", "green")
    return JsonResponse({"taken": taken}, json_dumps_params={"ensure_ascii": False})


def _stacks(request: HttpRequest) -> dict[str, list[Side]]:
    pictures = request.FILES.getlist("page")
    try:
        plan = json.loads(request.POST.get("plan", ""))
        stacks: dict[str, list[Side]] = {}
        for one in plan:
            picture = pictures[int(one["page"])]
            stacks.setdefault(str(one["code"]), []).append(Side(picture.file, int(one.get("turn", 0))))  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError, IndexError) as wrong:
        raise files.Rejected("扫描的页面没有传完整，请重新扫描") from wrong
    return stacks


@needs("case.receive")
@require_POST
def sign(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The applicant's signature: of the pad (a picture), or a signed sheet that was scanned."""
    case = common.counter_case(request, case_id)
    upload = request.FILES.get("sheet")
    try:
        if upload is not None and upload.file is not None:
            kind, content, name = CaseSignature.Kind.SHEET, upload.file, upload.name or "签名件"
        else:
            kind, name = CaseSignature.Kind.PAD, "签名.png"
            content = signing.picture_of(request.POST.get("picture", ""))
        signing.sign(case.pk, kind=kind, file=content, name=name, actor=common.actor_of(request), now=calendar.now())
    except PROBLEMS as problem:
        return common.told(request, str(problem), "cases:counter_confirm", case.pk)
    ui.notify(request, "已留存申请人签名", "green")
    return redirect("cases:counter_confirm", case.pk)


@needs("case.receive")
@require_POST
def print_slip(request: HttpRequest, case_id: int) -> HttpResponse:
    """Queue a slip; its lines go back to the page, which hands them to the printer."""
    case = common.counter_case(request, case_id)
    try:
        job = printing.queue(
            case, actor=common.actor_of(request), now=calendar.now(), reason=request.POST.get("reason", "")
        )
    except CaseProblem as problem:
        return JsonResponse({"message": str(problem)}, status=409, json_dumps_params={"ensure_ascii": False})
    return JsonResponse({"id": job.pk, "lines": job.lines}, json_dumps_params={"ensure_ascii": False})


@needs("case.receive")
@require_POST
def printed(request: HttpRequest, job_id: int) -> HttpResponse:
    """What became of a slip."""
    try:
        job = printing.done(
            job_id,
            ok=request.POST.get("ok") == "1",
            problem=request.POST.get("problem", ""),
            actor=common.actor_of(request),
            now=calendar.now(),
        )
    except PrintJob.DoesNotExist as missing:
        raise queries.CaseNotFound from missing
    return JsonResponse({"state": job.state})
