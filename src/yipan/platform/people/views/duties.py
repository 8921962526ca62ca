"""Absence and deputies (AB岗), hand-over of open work with its signed list, roles, who may see and do what."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, ui
from yipan.platform.records import rights
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs, signed_in
from yipan.platform.ui.errors import Conflict
from yipan.platform.ui.intake import whole

from .. import access, handover
from ..actions import absences as absence_actions
from ..actions import handovers as handover_actions
from ..actions import staff
from ..models import Absence
from ..queries import administration as queries
from ..queries.report import ReportQuery
from .common import day
from .confirm import fresh
from .units import MANAGE, REPORT, scope_of

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
        begins, ends, deputy = day(posted["begins"]), day(posted["ends"]), whole(posted["deputy"])
        person_id = whole(posted["person"]) or actor.person_id
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
    wanted = whole(request.POST.get("absence")) or 0
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
    person_id = whole(posted["person"])
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = handover_actions.hand_over(
                person_id or 0,
                receiver_id=whole(posted["receiver"]) or 0,
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
@signed_in
def handover_page(request: HttpRequest, handover_id: int) -> HttpResponse:
    """The list that giver, receiver and supervisor sign here, made for printing too."""
    identity = _staff(request)
    found = queries.handover(handover_id, scope_of(request), identity.actor.person_id)
    if found is None:
        raise Http404("没有这次移交，或不在您的管理范围内")
    signatures = queries.signatures(found)
    waiting = {row.person_id for row in signatures if row.at is None}
    values = {
        "handover": found,
        "signatures": signatures,
        "may_sign": identity.actor.person_id in waiting,
        "face": "administration" if scope_of(request).kind != "none" else "workbench",
    }
    return ui.render(request, "people/handover.html", values)


@require_POST
@signed_in
@fresh
def sign_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    """One's own signature under the list; the password was given again just now."""
    try:
        handover_actions.sign(handover_id, actor=_staff(request).actor, at=calendar.now())
    except staff.StaffProblem as problem:
        raise Conflict(str(problem)) from problem
    ui.notify(request, "已签收。")
    return HttpResponseRedirect(reverse("people:handover", args=[handover_id]))


class ReportList(listing.ListPage):
    """Who may see and do what, by unit, role and right; goes out on paper and as a file like every list."""

    key, title, face = "people.report", "权限报表", "administration"
    personal = True
    default_order = "unit_id"
    columns = (
        listing.Column(
            "pinyin", "人员", value=lambda row: row.name, sort=True, fixed=True, personal=True,
            link=lambda row: reverse("people:person", args=[row.person_id]),
        ),
        listing.Column("unit_id", "单位", value=lambda row: row.unit, sort=True),
        listing.Column("way", "来源"),
        listing.Column("role", "角色", sort=True),
        listing.Column("scope", "数据范围"),
        listing.Column("titles", "权限"),
    )  # fmt: skip
    filters = (
        listing.Text("q", "姓名或拼音"),
        listing.Choice("unit", "单位", lambda request: _texts(queries.unit_choices(scope_of(request, REPORT)))),
        listing.Choice("role", "角色", lambda _request: queries.role_choices()),
        listing.Choice("right", "权限", lambda _request: queries.right_choices()),
    )

    def query(self, request: HttpRequest) -> listing.Query:
        return ReportQuery(scope_of(request, REPORT))


class RegionList(listing.ListPage):
    """Administrative divisions with their history: codes that are gone say where they went."""

    key, title, face = "people.regions", "行政区划", "administration"
    default_order = "code"
    columns = (
        listing.Column("code", "代码", sort=True, fixed=True),
        listing.Column("name", "名称"),
        listing.Column("parent_code", "上级代码"),
        listing.Column("valid_from", "起", "day"),
        listing.Column("valid_to", "止", "day"),
        listing.Column("mapped_to", "并入"),
    )
    filters = (listing.Text("q", "代码或名称"),)

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return queries.region_query()


def _texts(choices: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(value), label) for value, label in choices]


@require_GET
@needs(REPORT)
def roles(request: HttpRequest) -> HttpResponse:
    return ui.render(request, "people/roles.html", {"roles": queries.roles(), "face": "administration"})
