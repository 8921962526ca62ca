"""Marks on the picture of a material: staff point at what is wrong, the applicant sees where it is."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.platform import calendar, files, people, processes, records, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen, needs

from .. import queries
from ..actions import marking
from ..actions.core import CaseProblem
from ..domain.marks import FIELDS, LONGEST, MarkRefused, box
from ..models import Case
from . import common

PROBLEMS = (CaseProblem, MarkRefused, files.Rejected)
Find = Callable[[HttpRequest, int], Case]


@needs("case.read")
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    """A material page by page; who has the case at hand marks places and takes marks back."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    problem = ""
    if request.method == "POST":
        people.require(actor, "case.handle")
        try:
            page = _post(request, case, material_id)
            return redirect(f"{reverse('cases:marks', args=[case_id, material_id])}?leaf={page}")
        except PROBLEMS as refused:
            problem = str(refused)
    task = processes.queries.my_task(("case", str(case.pk)), actor)
    more = {
        "face": "workbench",
        "base": "ui/base_staff.html",
        "back": reverse("cases:page", args=[case_id]) + "#materials",
        "own": reverse("cases:marks", args=[case_id, material_id]),
        "picture": "cases:marks_picture",
        "may_mark": task is not None and task.may_be_done,
        "fields": list(FIELDS.items()),
        "longest": LONGEST,
        "problem": problem,
        "entered": request.POST,
    }
    return _shown(request, case, material_id, more, for_applicant=False)


def _post(request: HttpRequest, case: Case, material_id: int) -> int:
    """Add or take back; returns the page to show."""
    actor, page = common.actor_of(request), common.whole(request.POST.get("page")) or 1
    if request.POST.get("remove"):
        marking.unmark(case, common.whole(request.POST["remove"]), actor=actor)
        ui.notify(request, "标注已删除")
        return page
    marking.mark(
        case,
        material_id,
        page=page,
        box=box({name: request.POST.get(name, "") for name in ("where", "left", "top", "width", "height")}),
        remark=request.POST.get("remark", ""),
        actor=actor,
        now=calendar.now(),
    )
    ui.notify(request, "已标注，退回补正时随告知书告知申请人")
    return page


def _shown(
    request: HttpRequest, case: Case, material_id: int, more: dict[str, Any], *, for_applicant: bool
) -> HttpResponse:
    try:
        material, count = queries.paged(case, material_id, for_applicant=for_applicant)
    except files.Rejected as unshown:
        ui.notify(request, str(unshown), "orange")
        return redirect(more["back"])
    marks = queries.marks_of(material, for_applicant=for_applicant)
    first = marks[0].page if marks else 1
    page = min(max(common.whole(request.POST.get("page") or request.GET.get("leaf")) or first, 1), count)
    context = {
        "case": queries.row(case, calendar.now()),
        "material": material,
        "leaf": page,
        "count": count,
        "marks": marks,
        "here": [mark for mark in marks if mark.page == page],
        "elsewhere": sorted({mark.page for mark in marks if mark.page != page}),
        "src": reverse(more["picture"], args=[case.pk, material_id, page]),
        "may_mark": False,
        "problem": "",
    } | more
    return render(request, "cases/marks.html", context, status=409 if more.get("problem") else 200)


def _picture(request: HttpRequest, case: Case, material_id: int, page: int, *, for_applicant: bool) -> HttpResponse:
    try:
        material, _count = queries.paged(case, material_id, for_applicant=for_applicant)
        picture = queries.page_picture(case, material, page)
    except files.Rejected as unshown:
        raise queries.CaseNotFound from unshown
    actor = common.actor_of(request)
    records.log_access(actor, ("case", str(case.pk)), [f"附件：{material.name} 第 {page} 页"], "查看图上标注")
    answer = HttpResponse(picture, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@needs("case.read")
@require_GET
def picture(request: HttpRequest, case_id: int, material_id: int, page: int) -> HttpResponseBase:
    case = queries.get_for_staff(case_id, common.actor_of(request))
    return _picture(request, case, material_id, page, for_applicant=False)


@citizen
@require_GET
def own(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    """The applicant: where on his paper something is wrong."""
    more = {
        "face": "portal",
        "base": "ui/base_public.html",
        "back": reverse("cases:materials", args=[case_id]),
        "own": reverse("cases:mine_marks", args=[case_id, material_id]),
        "picture": "cases:mine_marks_picture",
        "title": _("图上标注"),
    }
    return _shown(request, common.own_case(request, case_id), material_id, more, for_applicant=True)


@citizen
@require_GET
def own_picture(request: HttpRequest, case_id: int, material_id: int, page: int) -> HttpResponseBase:
    return _picture(request, common.own_case(request, case_id), material_id, page, for_applicant=True)


@needs("case.receive")
@require_GET
def counter(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    """The window shows its client where on his paper something is wrong, and prints it for him."""
    more = {
        "face": "counter",
        "base": "ui/base_staff.html",
        "back": reverse("cases:counter_materials", args=[case_id]),
        "own": reverse("cases:counter_marks", args=[case_id, material_id]),
        "picture": "cases:counter_marks_picture",
    }
    return _shown(request, common.counter_case(request, case_id), material_id, more, for_applicant=True)


@needs("case.receive")
@require_GET
def counter_picture(request: HttpRequest, case_id: int, material_id: int, page: int) -> HttpResponseBase:
    return _picture(request, common.counter_case(request, case_id), material_id, page, for_applicant=True)
