"""Absence and deputies (AB岗), hand-over of open work with its signed list, roles, who may see and do what."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, ui
from yipan.platform.records import rights
from yipan.platform.ui.access import needs, signed_in

from .. import access, handover
from ..actions import absences as absence_actions
from ..actions import handovers as handover_actions
from ..actions import staff
from ..models import Absence
from ..queries import administration as queries
from .units import MANAGE, REPORT, day, number, scope_of

ARRANGE = "people.arrange_absence"


def _staff(request: HttpRequest) -> access.Identity:
    identity = access.identify(request)
    if identity is None or identity.principal is not None:
        raise rights.Refused(ARRANGE, "请假与AB岗由工作人员使用。")
    return identity


@signed_in
def absences(request: HttpRequest) -> HttpResponse:
    """One's own absences, and for those with the right their unit's; entering one names the deputy."""
    actor = _staff(request).actor
    scope = scope_of(request, ARRANGE)
    posted = {name: request.POST.get(name, "").strip() for name in ("person", "deputy", "begins", "ends", "reason")}
    problem = ""
    if request.method == "POST":
        begins, ends, deputy = day(posted["begins"]), day(posted["ends"]), number(posted["deputy"])
        person_id = number(posted["person"]) or actor.person_id
        if begins is None or ends is None or deputy is None or person_id is None:
            problem = "请填写起止日期并选择代理人"
        else:
            try:
                absence_actions.enter(
                    person_id=person_id,
                    deputy_id=deputy,
                    begins=begins,
                    ends=ends,
                    reason=posted["reason"],
                    actor=actor,
                    at=calendar.now(),
                )
            except absence_actions.AbsenceProblem as fault:
                problem = str(fault)
            else:
                ui.notify(request, "已登记，代理人在此期间可以办理其工作")
                return HttpResponseRedirect(reverse("people:absences"))
    values: dict[str, Any] = {
        "rows": queries.absences(scope, actor.person_id),
        "me": actor.person_id,
        "may_arrange": scope.kind in ("unit", "district"),
        "people": queries.person_choices(scope, actor.person_id),
        "posted": posted,
        "problem": problem,
        "today": calendar.today(),
        "face": "workbench",
    }
    return ui.render(request, "people/absences.html", values, status=422 if problem else 200)


@require_POST
@signed_in
def cancel_absence(request: HttpRequest) -> HttpResponse:
    actor = _staff(request).actor
    wanted = number(request.POST.get("absence")) or 0
    try:
        absence_actions.cancel(wanted, actor=actor, at=calendar.now())
    except Absence.DoesNotExist as missing:
        raise Http404("没有这条请假记录") from missing
    ui.notify(request, "已销假")
    return HttpResponseRedirect(reverse("people:absences"))


@needs(MANAGE)
def handovers(request: HttpRequest) -> HttpResponse:
    """Hand-overs so far; a new one moves everything that is open."""
    actor, scope = access.actor(request), scope_of(request)
    posted = {name: request.POST.get(name, request.GET.get(name, "")) for name in ("person", "receiver", "reason")}
    person_id = number(posted["person"])
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = handover_actions.hand_over(
                person_id or 0,
                receiver_id=number(posted["receiver"]) or 0,
                reason=posted["reason"],
                actor=actor,
                at=calendar.now(),
            )
        except staff.StaffProblem as problem:
            errors = problem.errors
        else:
            return HttpResponseRedirect(reverse("people:handover", args=[made.pk]))
    values = {
        "rows": queries.handovers(scope),
        "people": queries.person_choices(scope),
        "posted": posted,
        "open_work": handover.counts(person_id) if person_id else [],
        "chosen": queries.name_of(person_id) if person_id else "",
        "errors": errors,
        "face": "administration",
    }
    return ui.render(request, "people/handovers.html", values, status=422 if errors else 200)


@require_GET
@needs(MANAGE)
def handover_page(request: HttpRequest, handover_id: int) -> HttpResponse:
    """The list both sign, made for printing."""
    found = queries.handover(handover_id, scope_of(request))
    if found is None:
        raise Http404("没有这次移交，或不在您的管理范围内")
    return ui.render(request, "people/handover.html", {"handover": found, "face": "administration"})


@require_GET
@needs(REPORT)
def report(request: HttpRequest) -> HttpResponse:
    """Who may see and do what, by unit and right."""
    right, unit_id = request.GET.get("right", ""), number(request.GET.get("unit"))
    scope = scope_of(request, REPORT)
    if scope.kind != "district" and unit_id is not None and unit_id not in scope.unit_ids:
        raise Http404("该单位不在您的管理范围内")
    values = {
        "rows": queries.report(scope, right=right, unit_id=unit_id),
        "right": right,
        "unit": unit_id or "",
        "rights": [(one.name, one.title) for one in rights.all_rights()],
        "units": queries.unit_choices(scope),
        "today": calendar.today(),
        "face": "administration",
    }
    return ui.render(request, "people/report.html", values)


@require_GET
@needs(REPORT)
def roles(request: HttpRequest) -> HttpResponse:
    return ui.render(request, "people/roles.html", {"roles": queries.roles(), "face": "administration"})
