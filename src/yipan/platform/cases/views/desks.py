"""Where an application is filled in: by the applicant on the portal, or by a clerk for the client at the window.

Both walk the same steps on the same pages; a desk says in which shell, under which addresses, and whose cases it opens.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from yipan.platform import calendar, files, forms, processes, ui
from yipan.platform.ui import render

from .. import items, prefill, queries
from ..actions import drafts, paper_receipts, reuse, submission, tolerance
from ..actions.core import CaseProblem
from ..domain.delivery import CHOICES, COUNTER
from ..domain.paper_receipts import PaperReceipt
from ..domain.states import IllegalAct, State
from ..models import Case, CaseMaterial
from ..queries.delivery import addresses
from . import common
from .delivery import choice_of

STEPS = (("form", _("填写申请表")), ("materials", _("准备材料")), ("confirm", _("核对提交")))


@dataclass(frozen=True, slots=True)
class Desk:
    """``routes`` maps form, materials, file, marks, confirm, correct, discard, done and home to route names."""

    base: str
    face: str
    staff: bool
    routes: dict[str, str]
    find: Callable[[HttpRequest, int], Case]

    def items(self, request: HttpRequest) -> Collection[str]:
        """The items an agent's power is limited to; empty where it is not."""
        return () if self.staff else common.principal(request).items

    def url(self, step: str, *args: Any) -> str:
        return reverse(self.routes[step], args=args)


def form(request: HttpRequest, case_id: int, desk: Desk) -> HttpResponse:
    """The application form: prefilled from what government already knows, kept on every save."""
    case = desk.find(request, case_id)
    actor, now = common.actor_of(request), calendar.now()
    draft = prefill.open_form(case, items.terms(case), actor=actor, now=now)
    if request.method == "POST":
        answered = forms.actions.receive(
            draft, request.POST, actor=actor, at=now, final=request.POST.get("do") == "next"
        )
        if forms.web.is_autosave(request):
            return forms.web.saved(answered)
        if answered.version_id is not None:
            prefill.keep_form(case, answered.version_id, actor=actor, now=now)
            return redirect(desk.url("materials", case.pk))
        if request.POST.get("do") == "save" and not answered.errors:
            ui.notify(request, _("已保存，可以随时回来继续填写。"))
        screen = answered.screen
    else:
        screen = forms.queries.screen(draft)
    status = 422 if request.method == "POST" and screen.errors else 200
    return _step(request, case, "form", desk, {"screen": screen}, status=status)


def materials(request: HttpRequest, case_id: int, desk: Desk) -> HttpResponse:
    """The materials of this situation; what government issued is fetched, the rest uploaded or committed."""
    case = desk.find(request, case_id)
    found = items.terms(case)
    problem = ""
    if request.method == "POST":
        try:
            _take_material(request, case, desk)
            if State(case.state) in drafts.EDITABLE:
                return redirect(f"{request.path}#m-{request.POST.get('code', '')}")
            ui.notify(request, _("已补交，办理人员会收到提醒。"), "green")
            return redirect(desk.url("done", case.pk))
        except (CaseProblem, IllegalAct, files.Rejected) as refused:
            problem = str(refused)
    elif case.state == State.DRAFT:
        prefill.fetch_exempt_materials(case, found, actor=common.actor_of(request), now=calendar.now())
    needs = {need.code: need for need in found.materials}
    shown, notice = queries.materials(case), queries.open_notice(case)
    context = {
        "rows": [(row, needs.get(row.code)) for row in shown],
        "missing": [row.name for row in shown if row.required and not row.source],
        "kept": {ref.id: ref for ref in files.refs(("case", str(case.pk)))},
        "guide": items.described(case),
        "item_key": case.item_key,
        "problem_at": request.POST.get("code", "") if problem else "",
        "problem": problem,
        "notice": notice,
        "marked": queries.told_marks(notice.pk) if notice else {},
        "offers": reuse.offers(case, found, calendar.now(), only_items=desk.items(request))
        if State(case.state) in drafts.EDITABLE
        else {},
        "owed": {row.code: row for row in queries.tolerances(case) if row.open} if case.acceptance else {},
    }
    return _step(request, case, "materials", desk, context, status=422 if problem else 200)


def _take_material(request: HttpRequest, case: Case, desk: Desk) -> None:
    actor, now = common.actor_of(request), calendar.now()
    code, way = request.POST.get("code", ""), request.POST.get("way", "upload")
    if way == "licence":
        drafts.fetch_licence(case.pk, code, actor=actor, now=now)
    elif way == "data":
        drafts.verify_data(case.pk, code, actor=actor, now=now)
    elif way.startswith("reuse-"):
        reuse.reuse(case.pk, code, common.whole(way.removeprefix("reuse-")), actor=actor, now=now)
    elif way == "defer":
        tolerance.defer(case.pk, code, actor=actor, now=now)
    elif way == "commit":
        drafts.commit(case.pk, code, actor=actor, now=now)
    else:
        upload = request.FILES.get("file")
        if upload is None or upload.file is None:
            raise CaseProblem(_("请先选择文件，再点上传。"))
        handed = {"file": upload.file, "name": upload.name or "文件", "scanned": desk.staff}
        if State(case.state) in drafts.EDITABLE:
            drafts.attach(case.pk, code, **handed, valid_to=_until(request), actor=actor, now=now)
        else:
            tolerance.supply(case.pk, code, **handed, actor=actor, now=now)


def _until(request: HttpRequest) -> date | None:
    """Until when the paper is valid, where the applicant said so."""
    text = request.POST.get("valid_to", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise CaseProblem(_("有效期请写成年-月-日，例如 2026-12-31。")) from wrong


def material(request: HttpRequest, case_id: int, material_id: int, desk: Desk) -> HttpResponseBase:
    """The file that was handed in, to look at once more."""
    case = desk.find(request, case_id)
    row = CaseMaterial.objects.filter(case=case, pk=material_id).first()
    if row is None or row.file_id is None:
        raise queries.CaseNotFound
    return files.response(row.file_id, common.actor_of(request), ("case", str(case.pk)))


def correct(request: HttpRequest, case_id: int, desk: Desk) -> HttpResponse:
    """Hand the corrected materials in: the applicant's own task, which a clerk does for the client at the window."""
    case = desk.find(request, case_id)
    task = processes.queries.open_task(("case", str(case.pk)), act="correct")
    try:
        if task is None:
            raise CaseProblem(_("没有等待补正的告知书。"))
        processes.complete(
            task_id=task.pk,
            actor=common.actor_of(request),
            now=calendar.now(),
            key=request.POST.get("key", f"correct-{task.pk}"),
            for_applicant=desk.staff,
        )
    except (CaseProblem, IllegalAct, processes.ProcessProblem) as problem:
        return common.told(request, str(problem), desk.routes["materials"], case.pk)
    return redirect(desk.url("done", case.pk))


def confirm(request: HttpRequest, case_id: int, desk: Desk) -> HttpResponse:
    """Look everything over once more and submit. The key in the page makes a second click harmless."""
    case = desk.find(request, case_id)
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("agree") != "1":
                raise CaseProblem(_("请阅读并勾选“申请人承诺”后再提交。"))
            submission.submit(
                case.pk,
                key=request.POST.get("key", ""),
                actor=common.actor_of(request),
                now=calendar.now(),
                e_service=request.POST.get("e_service") == "1",
                choice=choice_of(request),
                paper=_paper_receipt(request) if desk.staff else None,
            )
            if not desk.staff:
                ui.notify(
                    request,
                    _("申请已经提交。收件凭证正在盖章，做好后在“结果和文书”里下载；不登录也能用短号和查询码查进度。"),
                    "green",
                )
            return redirect(desk.url("done", case.pk))
        except CaseProblem as refused:
            problem = str(refused)
    shown = forms.queries.print_rows(case.form_data_id) if case.form_data_id else []
    context = {
        "sections": shown,
        "materials": queries.materials(case),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "problem": problem,
        "choices": list(CHOICES.items()),
        "way": request.POST.get("delivery_way") or COUNTER,
        "book": addresses(case),
        "told": request.POST,
        "blanks": paper_receipts.blanks(case) if desk.staff else [],
    }
    return _step(request, case, "confirm", desk, context, status=422 if problem else 200)


def _paper_receipt(request: HttpRequest) -> PaperReceipt | None:
    return paper_receipts.read(request.POST.get("paper_receipt", ""), request.POST.get("paper_at", ""))


def _bridge() -> dict[str, str]:
    from . import devices  # which serves pages of this module

    return devices.bridge()


def _step(
    request: HttpRequest, case: Case, step: str, desk: Desk, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    order = [name for name, _title in STEPS]
    steps = [
        {
            "title": _(title),
            "note": "",
            "state": "now" if name == step else "done" if order.index(name) < order.index(step) else "todo",
        }
        for name, title in STEPS
    ]
    links = {name: desk.url(name, case.pk) for name in ("form", "materials", "confirm", "correct", "discard", "done")}
    closed = items.standing(case.item_key, calendar.now()).words if case.state == State.DRAFT else ""
    shared = {
        "closed": closed,
        "bridge": _bridge() if desk.staff else None,
        "signatures": queries.signatures(case) if desk.staff and step == "confirm" else [],
        "base": desk.base,
        "face": desk.face,
        "at_counter": desk.staff,
        "case": queries.row(case, calendar.now()),
        "steps": steps,
        "links": links | {"home": desk.url("home"), "file": desk.routes["file"], "marks": desk.routes["marks"]},
        "client": common.client_of(request) if desk.staff else None,
    }
    return render(request, f"cases/apply_{step}.html", shared | context, status=status)
