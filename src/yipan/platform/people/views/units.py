"""Units: the tree, one unit with its names in time, renaming, merging, splitting, sections, posts and their roles."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.platform import calendar, ui
from yipan.platform.ui import context, listing
from yipan.platform.ui.access import needs
from yipan.platform.ui.intake import whole

from .. import access
from ..actions import staff, units
from ..queries import SCOPE_WORDS
from ..queries import administration as queries
from .common import day
from .confirm import fresh

MANAGE, AUTHORISE, REPORT = "people.manage", "people.authorise", "people.report"


def scope_of(request: HttpRequest, right: str = MANAGE) -> access.UnitScope:
    return access.scope_filter(access.actor(request), right)


def widest(request: HttpRequest) -> access.UnitScope:
    """What the asker may look at: by the right to manage, to authorise or to report, whichever reaches furthest."""
    found = [scope_of(request, right) for right in (MANAGE, AUTHORISE, REPORT)]
    order = ("none", "own", "section", "unit", "district")
    return max(found, key=lambda scope: order.index(scope.kind))


class UnitList(listing.ListPage):
    """The tree of units; former names are found, too."""

    key, title, face = "people.units", "机构", "administration"
    page_size = 50
    default_order = "place"
    columns = (
        listing.Column(
            "place", "单位", value=lambda row: row.shown_name, sort=True, fixed=True,
            link=lambda row: reverse("people:unit", args=[row.id]),
        ),
        listing.Column("short_name", "简称"),
        listing.Column("kind", "类别"),
        listing.Column("code", "统一社会信用代码"),
        listing.Column("holders", "在岗", "number", sort=True),
        listing.Column(
            "state", "状态", "status", value=lambda row: "已撤销" if row.ended else "在设",
            tone=lambda row: "grey" if row.ended else "green",
            sub=lambda row: f"并入 {row.successor}" if row.successor else "",
        ),
    )  # fmt: skip
    filters = (
        listing.Text("q", "单位名称（含曾用名）"),
        listing.Choice("kind", "类别", tuple((title, title) for title in queries.UNIT_KINDS.values())),
        listing.Flag("ended", "包括已撤销的单位"),
    )

    def query(self, request: HttpRequest) -> listing.Query:
        scope = widest(request)
        return listing.RowsQuery(
            lambda filters: queries.unit_rows(scope, filters.get("q", ""), with_ended=bool(filters.get("ended"))),
            lambda row, filters: row.kind == filters.get("kind", row.kind),
        )

    def links(self, request: HttpRequest) -> tuple[context.Link, ...]:
        if scope_of(request).kind != "district":
            return ()
        return (context.Link("设立单位", reverse("people:unit_new"), "plus"),)


@needs(MANAGE)
def unit_new(request: HttpRequest) -> HttpResponse:
    posted = {name: request.POST.get(name, "").strip() for name in ("key", "name", "short_name", "code", "kind", "on")}
    parent = request.POST.get("parent", "")
    errors: dict[str, str] = {}
    if request.method == "POST":
        facts = units.NewUnit(
            posted["key"], posted["name"], posted["short_name"], posted["code"], posted["kind"], whole(parent)
        )
        try:
            made = units.create(facts, on=day(posted["on"]), actor=access.actor(request), at=calendar.now())
        except units.UnitProblem as problem:
            errors = problem.errors
        else:
            ui.notify(request, f"已设立{made.name}")
            return HttpResponseRedirect(reverse("people:unit", args=[made.pk]))
    values = {
        "posted": posted,
        "parent": parent,
        "errors": errors,
        "kinds": list(queries.UNIT_KINDS.items()),
        "parents": queries.unit_choices(scope_of(request)),
        "face": "administration",
    }
    return ui.render(request, "people/unit_new.html", values, status=422 if errors else 200)


@needs(REPORT)
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    return ui.render(request, "people/unit.html", _values(request, unit_id))


def _values(request: HttpRequest, unit_id: int) -> dict[str, Any]:
    found = queries.unit_page(unit_id, widest(request))
    if found is None:
        raise Http404("没有这个单位，或不在您的管理范围内")
    actor = access.actor(request)
    return {
        "unit": found,
        "may_manage": found.row.ended is None and access.may(actor, MANAGE, unit_id=unit_id),
        "may_change": found.row.ended is None and scope_of(request).kind == "district",
        "may_authorise": found.row.ended is None and access.may(actor, AUTHORISE, unit_id=unit_id),
        "today": calendar.today(),
        "face": "administration",
    }


FORMS = {
    "rename": "更名",
    "merge": "并入其他单位",
    "split": "拆分",
    "section": "增设股室",
    "post": "设立岗位",
    "grant": "授予岗位角色",
}
POSTED = (
    "name",
    "short_name",
    "on",
    "reason",
    "key",
    "code",
    "section",
    "section_id",
    "title",
    "post",
    "role",
    "scope",
)


def _form(request: HttpRequest, unit_id: int, form: str, errors: dict[str, str] | None = None) -> HttpResponse:
    """One form of a unit on a page of its own."""
    values = _values(request, unit_id) | {
        "form": form,
        "form_title": FORMS[form],
        "errors": errors or {},
        "posted": {name: request.POST.get(name, request.GET.get(name, "")) for name in POSTED},
        "others": [choice for choice in queries.unit_choices(scope_of(request)) if choice[0] != unit_id],
        "roles": queries.role_choices(),
        "scopes": list(SCOPE_WORDS.items()),
    }
    return ui.render(request, "people/unit_form.html", values, status=422 if errors else 200)


def _do(request: HttpRequest, unit_id: int, form: str, act: Callable[[], Any], done: str) -> HttpResponse:
    """Show a form, or carry its action out: back to the form with its faults, or to the unit with a notice."""
    if request.method != "POST":
        return _form(request, unit_id, form)
    try:
        act()
    except (units.UnitProblem, staff.StaffProblem) as problem:
        return _form(request, unit_id, form, problem.errors)
    ui.notify(request, done)
    return HttpResponseRedirect(reverse("people:unit", args=[unit_id]))


def _common(request: HttpRequest) -> dict[str, Any]:
    return {
        "on": day(request.POST.get("on")),
        "reason": request.POST.get("reason", ""),
        "actor": access.actor(request),
        "at": calendar.now(),
    }


@needs(MANAGE)
@fresh
def rename(request: HttpRequest, unit_id: int) -> HttpResponse:
    post = request.POST
    return _do(
        request,
        unit_id,
        "rename",
        lambda: units.rename(
            unit_id, name=post.get("name", ""), short_name=post.get("short_name", ""), **_common(request)
        ),
        "已更名，此前的记录仍显示原名称",
    )


@needs(MANAGE)
@fresh
def merge(request: HttpRequest, unit_id: int) -> HttpResponse:
    sources = [found for text in request.POST.getlist("units") if (found := whole(text)) is not None]
    return _do(
        request,
        unit_id,
        "merge",
        lambda: units.merge(sources, into=unit_id, **_common(request)),
        "已合并，岗位和未结事项随之转入",
    )


@needs(MANAGE)
@fresh
def split(request: HttpRequest, unit_id: int) -> HttpResponse:
    """One new unit at a time: chosen posts go to it; further splits repeat the step."""
    post = request.POST
    key = post.get("key", "").strip()
    new = units.NewUnit(key, post.get("name", ""), post.get("short_name", ""), post.get("code", "").strip())
    posts = {found: key for text in post.getlist("posts") if (found := whole(text)) is not None}
    return _do(
        request,
        unit_id,
        "split",
        lambda: units.split(unit_id, [new], posts=posts, ends=post.get("ends") == "1", **_common(request)),
        "已拆分",
    )


@needs(MANAGE)
def add_section(request: HttpRequest, unit_id: int) -> HttpResponse:
    name, actor = request.POST.get("section", ""), access.actor(request)
    return _do(
        request,
        unit_id,
        "section",
        lambda: units.add_section(unit_id, name=name, actor=actor, at=calendar.now()),
        "已增设股室",
    )


@needs(MANAGE)
def add_post(request: HttpRequest, unit_id: int) -> HttpResponse:
    title, section = request.POST.get("title", ""), whole(request.POST.get("section_id"))
    actor = access.actor(request)
    return _do(
        request,
        unit_id,
        "post",
        lambda: units.add_post(unit_id, title=title, section_id=section, actor=actor, at=calendar.now()),
        "已设立岗位，请安全管理员授予角色",
    )


@needs(AUTHORISE)
@fresh
def grant(request: HttpRequest, unit_id: int) -> HttpResponse:
    post_id = whole(request.POST.get("post")) or 0
    role, scope = request.POST.get("role", ""), request.POST.get("scope", "")
    actor = access.actor(request)
    return _do(
        request,
        unit_id,
        "grant",
        lambda: staff.grant_to_post(
            post_id,
            role_key=role,
            scope=scope,
            actor=actor,
            at=calendar.now(),
            reason=request.POST.get("reason", ""),
        ),
        "已授予角色",
    )


@require_POST
@needs(AUTHORISE)
@fresh
def revoke(request: HttpRequest, unit_id: int) -> HttpResponse:
    given, actor = whole(request.POST.get("assignment")) or 0, access.actor(request)
    staff.revoke(given, actor=actor, at=calendar.now(), reason=request.POST.get("reason") or "岗位职责调整")
    ui.notify(request, "已收回角色")
    return HttpResponseRedirect(reverse("people:unit", args=[unit_id]))
