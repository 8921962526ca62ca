"""What this room hangs into the house when the program starts: rights, menus, the shell's hooks, the pack loader."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from yipan.kernel.packs import register_loader
from yipan.platform import calendar, jobs
from yipan.platform.records import rights, verbs
from yipan.platform.ui import access as ui_access
from yipan.platform.ui import context, errors, navigation
from yipan.platform.ui.listing import approval

from . import access, leaving, sessions
from .loader import PeopleLoader

STAFF_WAY, CITIZEN_WAY = "people:login", "people:citizen_login"

RIGHTS = {
    "people.manage": "管理机构、人员和账号",
    "people.authorise": "授予和收回角色",
    "people.report": "查看权限报表",
    "people.arrange_absence": "登记请假和AB岗",
}
VERBS = {
    "client.register": "登记窗口来人",
    "account.create": "开设账号", "account.set_password": "设置口令", "account.sign_in": "登录",
    "account.sign_in_failed": "登录失败", "account.deactivate": "停用账号", "account.activate": "启用账号",
    "account.unlock": "解除锁定", "account.lock": "锁定账号", "account.second_factor": "绑定动态口令",
    "account.second_factor_reset": "重置动态口令", "absence.enter": "登记请假", "absence.cancel": "销假",
    "entity.dismiss_agent": "撤销经办人", "entity.appoint_agent": "邀请经办人", "entity.accept_agency": "接受经办邀请",
    "entity.decline_agency": "谢绝经办邀请", "person.guard": "确认监护关系", "person.remove_address": "删除收件地址",
    "person.end_guardianship": "终止监护关系", "person.add_document": "登记证件", "person.join": "合并同一人",
    "person.joined_into": "并入同一人", "unit.rename": "单位更名",
    "unit.merge": "单位合并", "unit.split": "单位拆分", "unit.create": "设立单位", "unit.add_section": "增设股室",
    "post.create": "设立岗位", "person.employ": "任职", "person.leave_post": "离任",
    "person.grant_role": "授予角色", "person.revoke_role": "收回角色", "person.import": "导入人员",
    "person.hand_over": "移交工作", "person.sign_handover": "签收移交清单",
}  # fmt: skip
KINDS = {"account": "账号", "person": "人员", "entity": "企业", "unit": "单位", "handover": "移交清单"}


def register() -> None:
    rights.declare_all(RIGHTS)
    verbs.declare(VERBS, kinds=KINDS)
    register_loader(PeopleLoader())
    rights.set_checker(lambda actor, right, unit_id: access.may(actor, right, unit_id=unit_id))
    ui_access.set_authorizer(authorize)
    context.provide("user", _user)
    context.provide("sign_in", _ways_to_sign_in)
    context.provide("may", _may)
    context.provide("now", lambda _request: calendar.now())
    leaving.register()
    jobs.task("people.forget_sessions")(sessions.forget_expired)
    jobs.periodic("50 2 * * *", "people.forget_sessions")
    approval.set_reach(_units_to_approve_for)
    _menus()


def _units_to_approve_for(request: HttpRequest) -> frozenset[int] | None:
    """The units whose exports of personal data somebody decides on."""
    identity = access.identify(request)
    if identity is None:
        return frozenset()
    scope = access.scope_filter(identity.actor, approval.APPROVE)
    return None if scope.kind == "district" else scope.unit_ids


def _menus() -> None:
    add = navigation.register
    group = ("administration", "机构与人员")
    add(*group, "机构", "people:units", icon="sitemap", right="people.report", order=10, note="单位、更名、合并与拆分")
    add(*group, "人员与账号", "people:staff", icon="users", right="people.manage", order=20, note="岗位、借调、导入")
    add(*group, "角色", "people:roles", icon="key", right="people.report", order=30, note="角色包含的权限")
    add(*group, "权限报表", "people:report", icon="report-analytics", right="people.report", order=40)
    add(*group, "行政区划", "people:regions", icon="map-pin", right="people.report", order=60)
    add(*group, "工作移交", "people:handovers", icon="transfer", right="people.manage", order=50)
    add("workbench", "配置", "请假与AB岗", "people:absences", icon="calendar-event", order=80)


# -- the right of a route --------------------------------------------------------------------------------------------
def authorize(request: HttpRequest, requirement: str) -> HttpResponseBase | None:
    """Let the request through (None), send a visitor to sign in, or refuse with the 403 page."""
    identity = access.identify(request)
    if identity is None:
        return _to_sign_in(request, requirement)
    request.actor, request.principal = identity.actor, identity.principal  # type: ignore[attr-defined]
    unfinished = sessions.unfinished_step(request, identity)
    if unfinished:
        return HttpResponseRedirect(unfinished)
    if requirement == ui_access.SIGNED_IN:
        return None
    if requirement == ui_access.CITIZEN:
        if identity.principal is None:
            raise rights.Refused("citizen", "这是申请人的页面，请退出工作人员账号后以个人或企业身份登录。")
        return None
    if identity.principal is not None or not access.holds(identity.actor, requirement):
        raise rights.Refused(requirement)
    return None


def _to_sign_in(request: HttpRequest, requirement: str) -> HttpResponse:
    if errors.wants_json(request):
        return errors.for_program(request, 401)
    if request.method not in ("GET", "HEAD"):
        return errors.page(request, 403, "您还没有登录，或登录已经超时。请登录后重新提交。")
    way = CITIZEN_WAY if requirement == ui_access.CITIZEN else STAFF_WAY
    address = f"{reverse(way)}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


# -- what the shell shows --------------------------------------------------------------------------------------------
def _user(request: HttpRequest) -> context.SignedIn | None:
    identity = access.identify(request)
    if identity is None:
        return None
    logout_url, switch_url = reverse("people:logout"), reverse("people:switch")
    me = context.Link("个人中心", reverse("people:me"), "user-circle")
    if identity.principal is None:
        actor = identity.actor
        posts = tuple(
            context.Post(post.post_id, f"{post.unit_name} {post.title}", post.post_id == actor.post_id)
            for post in identity.posts
        )
        return context.SignedIn(
            actor.name, "staff", actor.unit_name, actor.post_name, posts, switch_url, logout_url, (me,)
        )
    chosen = identity.principal
    own = context.Post(0, f"{chosen.name}（本人）", chosen.entity_id is None and chosen.ward_id is None)
    firms = tuple(
        context.Post(f.entity_id or 0, f.entity_name, f.entity_id == chosen.entity_id) for f in identity.firms
    )
    links = (me,)
    if chosen.entity_id is not None and chosen.manager:
        links += (context.Link("经办人管理", reverse("people:agents"), "users"),)
    kind = "person" if chosen.entity_id is None else "entity"
    acts_for = chosen.entity_name or (f"{chosen.ward_name}（您是监护人）" if chosen.ward_id else "")
    if identity.wards:
        links += (context.Link("选择办事身份", reverse("people:choose"), "switch-horizontal"),)
    return context.SignedIn(
        chosen.name, kind, acts_for, "", (own, *firms) if firms else (), switch_url, logout_url, links
    )


def _ways_to_sign_in(request: HttpRequest) -> tuple[context.SignIn, ...]:
    way = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    try:
        return (
            context.SignIn("个人登录", f"{reverse(CITIZEN_WAY)}?{way}", "user"),
            context.SignIn("法人登录", f"{reverse(CITIZEN_WAY)}?as=entity&{way}", "building"),
            context.SignIn("工作人员登录", reverse(STAFF_WAY), "id-badge-2"),
        )
    except NoReverseMatch:
        return ()


def _may(request: HttpRequest):
    identity = access.identify(request)
    if identity is None or identity.principal is not None:
        return lambda _right: False
    return lambda right: access.holds(identity.actor, right)
