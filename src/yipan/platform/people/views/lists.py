"""Lists of people and duties: absences with deputies (AB岗), hand-overs, roles, who may see and do what, regions."""

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from yipan.platform import calendar, ui
from yipan.platform.records import rights
from yipan.platform.ui import listing
from yipan.platform.ui.intake import whole

from .. import access, handover
from ..actions import absences as absence_actions
from ..actions import handovers as handover_actions
from ..actions import staff
from ..models import Absence
from ..queries import administration as queries
from ..queries import duties
from ..queries.report import ReportQuery
from .common import day
from .duties import ARRANGE, identity_of
from .units import REPORT, scope_of


def _cancel(request: HttpRequest, key: str, _reason: str) -> str:
    try:
        absence_actions.cancel(int(key), actor=identity_of(request).actor, at=calendar.now())
    except Absence.DoesNotExist:
        raise listing.Refusal("没有这条请假记录") from None
    return "已销假，代理即时结束"


class AbsenceList(listing.ListPage):
    """One's own absences, and for those with the right their unit's; entering one names the deputy."""

    key, title, face = "people.absences", "请假与AB岗", "workbench"
    template = "people/absences.html"
    default_order = "begins"
    columns = (
        listing.Column("person", "人员", fixed=True),
        listing.Column("deputy", "代理人（B岗）"),
        listing.Column("begins", "第一天", "day", sort=True),
        listing.Column("ends", "最后一天", "day", sort=True),
        listing.Column(
            "state", "状态", "status", value=lambda row: "不在岗" if row.now else "未开始",
            tone=lambda row: "orange" if row.now else "grey",
        ),
        listing.Column("reason", "事由"),
    )  # fmt: skip
    filters = (listing.Text("q", "人员或代理人"), listing.DateRange("days", "期间"))
    batch = (
        listing.BatchAction(
            "cancel", "销假", _cancel, icon="x", confirm="销假后代理立即结束，确定吗？", refusals=(rights.Refused,)
        ),
    )
    empty_title = "没有登记的请假"
    empty_hint = "在下方登记请假，指定 B 岗代理人。"

    def query(self, request: HttpRequest) -> listing.Query:
        return duties.absence_query(scope_of(request, ARRANGE), identity_of(request).actor.person_id)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        scope, actor = scope_of(request, ARRANGE), identity_of(request).actor
        return {
            "may_arrange": scope.kind in ("unit", "district"),
            "people": queries.person_choices(scope, actor.person_id),
            "posted": {name: request.POST.get(name, "").strip() for name in ABSENCE},
            "problem": "",
        }

    def form(self, request: HttpRequest) -> HttpResponseBase:
        posted = {name: request.POST.get(name, "").strip() for name in ABSENCE}
        actor = identity_of(request).actor
        begins, ends, deputy = day(posted["begins"]), day(posted["ends"]), whole(posted["deputy"])
        person_id = whole(posted["person"]) or actor.person_id
        if begins is None or ends is None or deputy is None or person_id is None:
            return self.show(request, status=422, problem="请填写起止日期并选择代理人")
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
            return self.show(request, status=422, problem=str(fault))
        ui.notify(request, "已登记，代理人在此期间可以办理其工作")
        return HttpResponseRedirect(reverse("people:absences"))


ABSENCE = ("person", "deputy", "begins", "ends", "reason")
HANDOVER = ("person", "receiver", "reason")


class HandoverList(listing.ListPage):
    """Hand-overs so far; a new one moves everything that is open."""

    key, title, face = "people.handovers", "工作移交", "administration"
    template = "people/handovers.html"
    default_order = "-at"
    columns = (
        listing.Column(
            "person", "移交人", fixed=True, link=lambda row: reverse("people:handover", args=[row.id])
        ),
        listing.Column("receiver", "接收人"),
        listing.Column("at", "时间", "moment", sort=True),
        listing.Column("reason", "原因"),
        listing.Column("lines", "件数", "number"),
        listing.Column(
            "signed", "签收", "status", value=lambda row: f"{row.signed}/{row.signers}",
            tone=lambda row: "green" if row.complete else "orange",
        ),
        listing.Column(
            "open", "操作", "action", value=lambda _row: "清单",
            link=lambda row: reverse("people:handover", args=[row.id]),
        ),
    )  # fmt: skip
    filters = (listing.Text("q", "移交人或接收人"), listing.DateRange("at", "日期"))
    empty_title = "还没有移交记录"

    def query(self, request: HttpRequest) -> listing.Query:
        return duties.handover_query(scope_of(request))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        posted = {name: request.POST.get(name, request.GET.get(name, "")) for name in HANDOVER}
        person_id = whole(posted["person"])
        return {
            "people": queries.person_choices(scope_of(request)),
            "posted": posted,
            "open_work": handover.counts(person_id) if person_id else [],
            "chosen": queries.name_of(person_id) if person_id else "",
            "errors": {},
        }

    def form(self, request: HttpRequest) -> HttpResponseBase:
        try:
            made = handover_actions.hand_over(
                whole(request.POST.get("person")) or 0,
                receiver_id=whole(request.POST.get("receiver")) or 0,
                reason=request.POST.get("reason", ""),
                actor=access.actor(request),
                at=calendar.now(),
            )
        except staff.StaffProblem as problem:
            return self.show(request, status=422, errors=problem.errors)
        return HttpResponseRedirect(reverse("people:handover", args=[made.pk]))


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


class RoleList(listing.ListPage):
    """Roles with what they may do; three of them exclude each other."""

    key, title, face = "people.roles", "角色", "administration"
    intro = "角色由内容包维护；系统管理员、安全管理员、审计员互斥（三员分立）。"
    page_size = 50
    default_order = "title"
    columns = (
        listing.Column("title", "角色", fixed=True, sort=True, sub=lambda row: row.key),
        listing.Column("limits", "限制"),
        listing.Column("titles", "权限"),
    )
    filters = (listing.Text("q", "角色或权限"),)

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: duties.role_rows(),
            lambda row, filters: filters.get("q", "") in f"{row.title} {row.key} {row.titles}",
            key="key",
        )

    def row_key(self, row: duties.RoleRow) -> str:
        return row.key
