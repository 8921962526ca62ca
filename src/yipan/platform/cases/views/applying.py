"""A citizen's way from the guide to the receipt: draft → form → materials → confirmation → submitted."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, catalogue, files, forms, people
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen

from .. import items, prefill, queries
from ..actions import drafts, submission
from ..actions.core import CaseProblem
from ..domain.states import State
from ..models import Case
from . import common

STEPS = (("form", "填写申请表"), ("materials", "准备材料"), ("confirm", "核对提交"))


@citizen
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, item_key: str) -> HttpResponse:
    """Open a draft for the answers given on the guide, or continue the one there is."""
    now = calendar.now()
    token = request.GET.get("answers") or request.POST.get("answers") or ""
    saved = catalogue.queries.saved_answers(token) if token else None
    if saved is None or saved.item_key != item_key:
        return redirect("catalogue:situation", item_key)
    applicant = common.applicant_of(request)
    draft = (
        queries.own(applicant.account_id or 0)
        .filter(item_key=item_key, state=State.DRAFT, answers=saved.answers, applicant_name=applicant.name)
        .first()
    )
    if draft is None:
        draft = drafts.begin(
            item_key=item_key, answers=saved.answers, applicant=applicant, actor=common.actor_of(request), now=now
        )
    return redirect("cases:form", draft.pk)


@citizen
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, case_id: int) -> HttpResponse:
    """The application form: prefilled from what government already knows, kept on every save."""
    case = common.own_case(request, case_id)
    found = items.terms(case)
    sheet = prefill.open_form(case, found, actor=common.actor_of(request), now=calendar.now())
    if request.method == "POST":
        outcome = sheet.receive(request.POST, actor=common.actor_of(request), now=calendar.now())
        if outcome.submitted:
            Case.objects.filter(pk=case.pk).update(form_data_id=outcome.data_id)
            return redirect("cases:materials", case.pk)
        if outcome.saved and not outcome.errors:
            return redirect("cases:form", case.pk)
    return _step(request, case, "form", {"sheet": sheet, "terms": found})


@citizen
@require_http_methods(["GET", "POST"])
def materials(request: HttpRequest, case_id: int) -> HttpResponse:
    """The materials of this situation; what government issued is fetched, the rest uploaded or committed."""
    case = common.own_case(request, case_id)
    found = items.terms(case)
    problem = ""
    if request.method == "POST":
        try:
            _take_material(request, case)
            return redirect(request.path)
        except (CaseProblem, files.Rejected) as refused:
            problem = str(refused)
    elif case.state == State.DRAFT:
        prefill.fetch_exempt_materials(case, found, actor=common.actor_of(request), now=calendar.now())
    needs = {need.code: need for need in found.materials}
    rows = [(row, needs.get(row.code)) for row in queries.materials(case)]
    return _step(request, case, "materials", {"rows": rows, "problem": problem, "notice": queries.open_notice(case)})


def _take_material(request: HttpRequest, case: Case) -> None:
    actor, now = common.actor_of(request), calendar.now()
    code, way = request.POST.get("code", ""), request.POST.get("way", "upload")
    if way == "licence":
        drafts.fetch_licence(case.pk, code, actor=actor, now=now)
    elif way == "commit":
        drafts.commit(case.pk, code, actor=actor, now=now)
    else:
        upload = request.FILES.get("file")
        if upload is None:
            raise CaseProblem(_("请先选择文件，再点上传。"))
        drafts.attach(case.pk, code, file=upload.file, name=upload.name or "文件", actor=actor, now=now)


@citizen
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, case_id: int) -> HttpResponse:
    """Look everything over once more and submit. The key in the page makes a second click harmless."""
    case = common.own_case(request, case_id)
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("agree") != "1":
                raise CaseProblem(_("请阅读并勾选“申请人承诺”后再提交。"))
            submission.submit(
                case.pk, key=request.POST.get("key", ""), actor=common.actor_of(request), now=calendar.now()
            )
            return redirect("cases:mine_one", case.pk)
        except CaseProblem as refused:
            problem = str(refused)
    shown = forms.queries.print_rows(case.form_data_id) if case.form_data_id else []
    context = {"form_rows": shown, "materials": queries.materials(case), "key": uuid.uuid4().hex, "problem": problem}
    return _step(request, case, "confirm", context)


@citizen
@require_POST
def discard(request: HttpRequest, case_id: int) -> HttpResponse:
    case = common.own_case(request, case_id)
    submission.discard(case.pk, actor=common.actor_of(request), now=calendar.now())
    return redirect("cases:mine")


def _step(request: HttpRequest, case: Case, step: str, context: dict[str, Any]) -> HttpResponse:
    order = [name for name, _title in STEPS]
    steps = [
        {"title": title, "state": "now" if name == step else "done" if order.index(name) < order.index(step) else ""}
        for name, title in STEPS
    ]
    shared = {"case": queries.row(case, calendar.now()), "steps": steps, "people": people.principal(request)}
    return render(request, f"cases/apply_{step}.html", shared | context)
