"""Staff: the list, one person, registering, importing a spreadsheet, accounts of others."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, ui
from yipan.platform.ui import context, listing, tables
from yipan.platform.ui.access import needs
from yipan.platform.ui.errors import Conflict
from yipan.platform.ui.intake import whole

from .. import access, handover
from ..actions import import_staff, staff
from ..models import Holding
from ..queries import SCOPE_WORDS
from ..queries import administration as queries
from .common import day
from .confirm import fresh
from .units import AUTHORISE, MANAGE, REPORT, scope_of, widest

FIELDS = ("name", "login", "id_no", "phone", "post", "kind", "employer", "on", "until")
IMPORT_LIMIT = 5 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StaffList(listing.ListPage):
    """Who works where; exports are personal data and go through the gate of the list component."""

    key, title, face = "people.staff", "人员与账号", "administration"
    personal = True
    default_order = "pinyin"
    columns = (
        listing.Column(
            "pinyin", "姓名", value=lambda row: row.name, link=lambda row: _address(row.id), sort=True, fixed=True,
            personal=True,
        ),
        listing.Column("login", "账号", sort=True),
        listing.Column("unit", "单位"),
        listing.Column("post", "岗位", sub=lambda row: row.employer),
        listing.Column("kind", "任职方式"),
        listing.Column(
            "is_active", "状态", "status", value=lambda row: "启用" if row.is_active else "停用",
            tone=lambda row: "green" if row.is_active else "grey",
        ),
        listing.Column("last_login", "最近登录", "moment", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "姓名、拼音或账号"),
        listing.Choice("kind", "任职方式", Holding.Kind.choices),
        listing.Choice("state", "状态", (("active", "启用"), ("closed", "停用"))),
    )

    def query(self, request: HttpRequest) -> listing.Query:
        return queries.staff_query(scope_of(request))

    def links(self, request: HttpRequest) -> tuple[context.Link, ...]:  # noqa: ARG002
        return (
            context.Link("登记人员", reverse("people:person_new"), "plus"),
            context.Link("导入", reverse("people:import"), "upload"),
        )


def _address(account_id: int) -> str:
    return reverse("people:account", args=[account_id])


@require_GET
@needs(MANAGE)
def account(request: HttpRequest, account_id: int) -> HttpResponse:  # noqa: ARG001
    """From an account (lists, audit screens) to its owner's page."""
    person_id = queries.person_of_account(account_id)
    if person_id is None:
        raise Http404("没有这个账号")
    return HttpResponseRedirect(reverse("people:person", args=[person_id]))


@needs(MANAGE)
@fresh
def person_new(request: HttpRequest) -> HttpResponse:
    posted = {name: request.POST.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = staff.register(
                name=posted["name"],
                login=posted["login"],
                phone=posted["phone"],
                post_id=whole(posted["post"]) or 0,
                kind=posted["kind"],
                employer=posted["employer"],
                on=day(posted["on"]),
                until=day(posted["until"]),
                id_no=posted["id_no"],
                actor=access.actor(request),
                at=calendar.now(),
            )
        except staff.StaffProblem as problem:
            errors = problem.errors
        else:
            values = {"name": made.person.name, "login": made.account.login, "password": made.password}
            return _password_once(request, made.person.pk, values)
    values = {
        "posted": posted | {"kind": posted["kind"] or "main"},
        "errors": errors,
        "kinds": Holding.Kind.choices,
        "posts": queries.post_choices(scope_of(request)),
        "face": "administration",
    }
    return ui.render(request, "people/person_new.html", values, status=422 if errors else 200)


def _password_once(request: HttpRequest, person_id: int, values: dict[str, str]) -> HttpResponse:
    shown = values | {"person_id": person_id, "face": "administration"}
    return ui.render(request, "people/password_once.html", shown)


@needs(REPORT)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return ui.render(request, "people/person.html", _values(request, person_id))


def _values(request: HttpRequest, person_id: int) -> dict[str, Any]:
    found = queries.person_page(person_id, widest(request))
    if found is None:
        raise Http404("没有这名工作人员，或不在您的管理范围内")
    return {
        "person": found,
        "today": calendar.today(),
        "kind_words": dict(Holding.Kind.choices),
        "scope_words": SCOPE_WORDS,
        "may_manage": scope_of(request).kind != "none",
        "may_authorise": scope_of(request, AUTHORISE).kind != "none",
        "open_work": handover.counts(person_id),
        "face": "administration",
    }


FORMS = {"employ": "任职", "leave": "离任", "grant": "个人授权", "close": "停用账号", "open": "启用账号"}
POSTED = ("post", "kind", "on", "until", "reason", "role", "scope", "unit", "holding")


def _form(request: HttpRequest, person_id: int, form: str, errors: dict[str, str] | None = None) -> HttpResponse:
    """One form about a person on a page of its own."""
    authorise = scope_of(request, AUTHORISE)
    values = _values(request, person_id) | {
        "form": form,
        "form_title": FORMS[form],
        "errors": errors or {},
        "posted": {name: request.POST.get(name, request.GET.get(name, "")) for name in POSTED},
        "kinds": Holding.Kind.choices,
        "scopes": list(SCOPE_WORDS.items()),
        "posts": queries.post_choices(scope_of(request)),
        "units": queries.unit_choices(authorise) if authorise.kind != "none" else [],
        "roles": queries.role_choices(),
    }
    return ui.render(request, "people/person_form.html", values, status=422 if errors else 200)


def _do(request: HttpRequest, person_id: int, form: str, act: Callable[[], Any], done: str) -> HttpResponse:
    """Show a form, or carry its action out: back to the form with its faults, or to the person with a notice."""
    if request.method != "POST":
        return _form(request, person_id, form)
    try:
        act()
    except staff.StaffProblem as problem:
        return _form(request, person_id, form, problem.errors)
    ui.notify(request, done)
    return HttpResponseRedirect(reverse("people:person", args=[person_id]))


@needs(MANAGE)
@fresh
def employ(request: HttpRequest, person_id: int) -> HttpResponse:
    post = request.POST
    return _do(
        request,
        person_id,
        "employ",
        lambda: staff.employ(
            person_id,
            post_id=whole(post.get("post")) or 0,
            kind=post.get("kind", ""),
            on=day(post.get("on")),
            until=day(post.get("until")),
            actor=access.actor(request),
            at=calendar.now(),
        ),
        "已任职",
    )


@needs(MANAGE)
@fresh
def leave(request: HttpRequest, person_id: int) -> HttpResponse:
    holding = whole(request.POST.get("holding") or request.GET.get("holding")) or 0
    if not Holding.objects.filter(pk=holding, person_id=person_id).exists():
        raise Http404("没有这项任职")
    return _do(
        request,
        person_id,
        "leave",
        lambda: staff.leave(
            holding,
            on=day(request.POST.get("on")),
            reason=request.POST.get("reason", ""),
            actor=access.actor(request),
            at=calendar.now(),
        ),
        "已离任，未办结的工作请在“工作移交”中移交",
    )


@needs(MANAGE)
@fresh
def active(request: HttpRequest, person_id: int, form: str) -> HttpResponse:
    """Close or open somebody's account, with the reason."""
    return _do(
        request,
        person_id,
        form,
        lambda: staff.set_active(
            person_id,
            form == "open",
            actor=access.actor(request),
            at=calendar.now(),
            reason=request.POST.get("reason", ""),
        ),
        "账号已启用" if form == "open" else "账号已停用",
    )


@require_POST
@needs(MANAGE)
@fresh
def account_act(request: HttpRequest, person_id: int) -> HttpResponse:
    """First password, lock and second factor of somebody's account."""
    what = request.POST.get("act", "")
    actor, at = access.actor(request), calendar.now()
    try:
        if what == "password":
            password = staff.issue_password(person_id, actor=actor, at=at)
            owner = staff.managed_account(person_id, actor)
            values = {"name": owner.person.name, "login": owner.login, "password": password}
            return _password_once(request, person_id, values)
        if what not in ("unlock", "second_factor"):
            raise Http404("没有这项操作")
        (staff.unlock if what == "unlock" else staff.reset_second_factor)(person_id, actor=actor, at=at)
    except staff.StaffProblem as problem:
        raise Conflict(str(problem)) from problem
    ui.notify(request, "已解除锁定" if what == "unlock" else "已重置动态口令，下次登录时重新绑定")
    return HttpResponseRedirect(reverse("people:person", args=[person_id]))


@needs(AUTHORISE)
@fresh
def grant(request: HttpRequest, person_id: int) -> HttpResponse:
    post = request.POST
    return _do(
        request,
        person_id,
        "grant",
        lambda: staff.grant_to_person(
            person_id,
            unit_id=whole(post.get("unit")) or 0,
            role_key=post.get("role", ""),
            scope=post.get("scope", ""),
            actor=access.actor(request),
            at=calendar.now(),
            reason=post.get("reason", ""),
        ),
        "已授予角色",
    )


@require_POST
@needs(AUTHORISE)
@fresh
def revoke(request: HttpRequest, person_id: int) -> HttpResponse:
    given, reason = whole(request.POST.get("assignment")) or 0, request.POST.get("reason") or "岗位职责调整"
    staff.revoke(given, actor=access.actor(request), at=calendar.now(), reason=reason)
    ui.notify(request, "已收回角色")
    return HttpResponseRedirect(reverse("people:person", args=[person_id]))


@needs(MANAGE)
@fresh
def import_list(request: HttpRequest) -> HttpResponse:
    """Upload a staff list; every fault of every row is shown. One fault stops everything unless rows without fault are
    wanted all the same."""
    faults: list[tables.RowFault] = []
    partial, count = request.POST.get("partial") == "1", 0
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None or (upload.size or 0) > IMPORT_LIMIT:
            faults = tables.refused("请选择 5 MB 以内的 XLSX 文件").faults
        else:
            try:
                done = import_staff.take_in(
                    upload.read(), actor=access.actor(request), at=calendar.now(), partial=partial
                )
            except tables.TableRefused as refused:
                faults = refused.faults
            else:
                count, faults = done.rows, list(done.faults)
                ui.notify(request, f"已导入 {count} 行。新账号请在人员页面逐一发放初始口令。")
                if not faults:
                    return HttpResponseRedirect(reverse("people:staff"))
    values = {
        "faults": faults,
        "taken": count,
        "partial": partial,
        "columns": import_staff.COLUMNS,
        "kinds": list(import_staff.KIND_OF),
        "face": "administration",
    }
    return ui.render(request, "people/import.html", values, status=422 if faults and not count else 200)


@require_GET
@needs(MANAGE)
def import_template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """An empty staff list with the columns the import reads."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "人员"
    sheet.append(list(import_staff.COLUMNS))
    out = BytesIO()
    book.save(out)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E4%BA%BA%E5%91%98%E5%AF%BC%E5%85%A5.xlsx"
    return response
