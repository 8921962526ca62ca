"""Signing in and out: staff by password, then a new password or second factor when one is due."""

import base64
import io

import segno
from django.contrib.auth import logout as forget_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.platform import calendar, records, ui
from yipan.platform.ui.access import public
from yipan.platform.ui.errors import BadInput

from .. import access, queries, second_factor, sessions
from ..actions import accounts
from ..models import Account
from .common import address_of


@public
def login(request: HttpRequest) -> HttpResponse:
    """The form for staff; in a demo also everybody who can be tried, filled in with one click."""
    following = request.POST.get("next") or request.GET.get("next") or ""
    identity = access.identify(request)
    if request.method == "GET" and identity is not None and not sessions.unfinished_step(request, identity):
        return HttpResponseRedirect(sessions.safe(request, following) or sessions.home(identity.account))
    problem, name = "", request.POST.get("login", "").strip()[:60]
    if request.method == "POST":
        password = request.POST.get("password", "")
        if not name or not password:
            problem = "请填写账号和口令。"
        else:
            try:
                account = accounts.sign_in(name, password, ip=address_of(request), now=calendar.now())
            except accounts.SignInRefused as refused:
                problem = str(refused)
            else:
                return HttpResponseRedirect(sessions.begin(request, account, following))
    chosen = request.GET.get("as", "")
    demo = queries.demo_accounts()
    known = next((one for one in demo if one.login == chosen), None)
    values = {
        "problem": problem,
        "login": name or (known.login if known else ""),
        "password": known.password if known and not problem else "",
        "next": sessions.safe(request, following),
        "demo": _by_unit(demo),
    }
    return ui.render(request, "people/login.html", values, status=422 if problem else 200)


def _by_unit(demo: list[queries.DemoAccount]) -> list[tuple[str, list[queries.DemoAccount]]]:
    """Titles begin with the unit ("区市监局 审查岗"): one group each, and what is left of the title."""
    groups: dict[str, list[queries.DemoAccount]] = {}
    for one in demo:
        unit, _, title = one.title.partition(" ")
        groups.setdefault(unit, []).append(one._replace(title=title or one.title))
    return list(groups.items())


def _on_the_way(request: HttpRequest) -> Account | None:
    pending = sessions.pending(request)
    if pending is None:
        return None
    return Account.objects.filter(pk=pending.account_id, is_active=True).select_related("person").first()


@public
def new_password(request: HttpRequest) -> HttpResponse:
    """A password that has run out, or that an administrator set, is changed before anything opens."""
    account = _on_the_way(request)
    if account is None:
        return HttpResponseRedirect(reverse("people:login"))
    faults: list[str] = []
    if request.method == "POST":
        faults = change_password(request, account, request.POST.get("password", ""), request.POST.get("again", ""))
        if not faults:
            account.refresh_from_db()
            return HttpResponseRedirect(sessions.proceed(request, account))
    return ui.render(request, "people/new_password.html", {"faults": faults}, status=422 if faults else 200)


def change_password(request: HttpRequest, account: Account, password: str, again: str) -> list[str]:
    """Set the owner's new password; the faults, or none when it is done."""
    if password != again:
        return ["两次输入的口令不一致"]
    try:
        accounts.set_password(
            account.pk, password, actor=accounts.self_of(account, address_of(request)), at=calendar.now()
        )
    except accounts.BadPassword as bad:
        return bad.faults
    return []


@public
def second_step(request: HttpRequest) -> HttpResponse:
    """The second factor: a code of the authenticator; who has none yet binds one here."""
    account = _on_the_way(request)
    if account is None or account.must_change:
        return HttpResponseRedirect(reverse("people:login"))
    bound = second_factor.is_bound(account)
    problem = ""
    if request.method == "POST":
        code = request.POST.get("code", "").strip().replace(" ", "")
        problem = second_factor.check(account, code, at=calendar.now(), ip=address_of(request))
        if not problem:
            return HttpResponseRedirect(sessions.proceed(request, account, verified=True))
    values = {"bound": bound, "problem": problem, "secret": "", "picture": ""}
    if not bound:
        values |= enrolment(account)
    return ui.render(request, "people/second_factor.html", values, status=422 if problem else 200)


def enrolment(account: Account) -> dict[str, str]:
    """The key to bind, as text and as QR picture (a data address: it is stored nowhere)."""
    address, secret = second_factor.new_key(account)
    svg = io.BytesIO()
    segno.make(address, error="m").save(svg, kind="svg", scale=5, border=2)
    return {"secret": secret, "picture": "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode()}


@require_POST
@public
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; its rows are removed."""
    identity = access.identify(request)
    forget_session(request)
    if identity is not None and identity.principal is not None:
        return HttpResponseRedirect("/")
    return HttpResponseRedirect(reverse("people:login"))


@require_POST
@public
def switch(request: HttpRequest) -> HttpResponse:
    """Act from another post, or for another firm; only one's own can be chosen."""
    identity = access.identify(request)
    ward = request.POST.get("ward", "")
    wanted = request.POST.get("post", "") or ("0" if ward else "")
    if identity is None or not wanted.isdecimal():
        raise BadInput("请先登录，再选择岗位或身份。")
    number = int(wanted)
    if identity.principal is not None:
        if number and all(firm.entity_id != number for firm in identity.firms):
            raise records.rights.Refused("people.switch", "您不是该企业的经办人，或授权已经撤销。")
        if ward and all(str(one.ward_id) != ward for one in identity.wards):
            raise records.rights.Refused("people.switch", "您不是该未成年人的监护人，或监护关系已经终止。")
        request.session[access.FIRM_IN_SESSION] = number or None
        request.session[access.WARD_IN_SESSION] = int(ward) if ward else None
    else:
        if all(post.post_id != number for post in identity.posts):
            raise records.rights.Refused("people.switch", "您没有担任这个岗位。")
        request.session[access.POST_IN_SESSION] = number
    return HttpResponseRedirect(sessions.safe(request, request.POST.get("next", "")) or sessions.home(identity.account))
