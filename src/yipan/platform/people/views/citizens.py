"""Citizens: signing in through the province's identity service, choosing for whom to act, a firm's own agents."""

import logging
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login as open_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, ui
from yipan.platform.ui.access import citizen, public
from yipan.platform.ui.errors import Conflict
from yipan.platform.ui.intake import whole

from .. import access, agent_items, papers, queries, sessions
from ..actions import agents as agent_actions
from ..actions import citizens as actions
from ..backend import BACKEND
from ..queries import guardians
from .common import address_of, day

FLOWS = "people.identity"
# A sign-in begun in one tab is not undone by another; each is used once and not after a while.
MOST_FLOWS, FLOW_SECONDS = 5, 10 * 60
log = logging.getLogger(__name__)


@require_GET
@public
def begin(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the identity service (authorization code with PKCE)."""
    from yipan.connectors import identity as service
    from yipan.connectors.base import ConnectorError

    following = sessions.safe(request, request.GET.get("next", ""))
    known = access.identify(request)
    if known is not None and known.principal is not None:
        return HttpResponseRedirect(following or sessions.home(known.account))
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    redirect_uri = request.build_absolute_uri(reverse("people:citizen_callback"))
    try:
        address, verifier = service.begin(redirect_uri=redirect_uri, state=state, nonce=nonce)
    except ConnectorError:
        log.exception("the identity service cannot be asked")
        return _failed(request, _("统一身份认证暂时没有应答，请稍后再试，或到窗口办理。"), 502)
    flow = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "redirect_uri": redirect_uri,
        "next": following,
        "since": int(time.time()),
    }
    request.session[FLOWS] = [*request.session.get(FLOWS, []), flow][-MOST_FLOWS:]
    return HttpResponseRedirect(address)


def _take_flow(request: HttpRequest) -> dict[str, Any] | None:
    """The sign-in this browser began under the state that came back, used up by asking; None for any other."""
    state = request.GET.get("state", "")
    flows = request.session.pop(FLOWS, [])
    mine = next((flow for flow in flows if constant_time_compare(state, flow["state"])), None)
    request.session[FLOWS] = [flow for flow in flows if flow is not mine]
    request.session.save()  # used up even when the answer is an error, after which sessions are not saved
    return mine if mine is not None and time.time() - mine["since"] <= FLOW_SECONDS else None


@require_GET
@public
def callback(request: HttpRequest) -> HttpResponse:
    """The visitor comes back with a code: check it, take in who he is, open the session."""
    from yipan.connectors import identity as service
    from yipan.connectors.base import ConnectorError

    flow = _take_flow(request)
    if flow is None:
        return _failed(request, _("登录已经超时，或不是从本平台发起的，请重新登录。"), 400)
    if "error" in request.GET or not request.GET.get("code"):
        return _failed(request, _("您没有完成统一身份认证，可以重新登录。"), 400)
    try:
        claims = service.finish(
            code=request.GET["code"],
            verifier=flow["verifier"],
            redirect_uri=flow["redirect_uri"],
            nonce=flow["nonce"],
        )
        account, entity_id = actions.sign_in(claims, now=calendar.now(), ip=address_of(request))
    except actions.IdentityProblem as problem:
        return _failed(request, str(problem), 403)
    except (ConnectorError, ValueError, KeyError) as problem:
        log.exception("signing in through the identity service failed")
        away = isinstance(problem, ConnectorError) and not problem.permanent
        text = (
            _("统一身份认证暂时没有应答，请稍后再试。") if away else _("统一身份认证返回的信息无法核验，请重新登录。")
        )
        return _failed(request, text, 502)
    open_session(request, account, backend=BACKEND)
    request.session[access.FIRM_IN_SESSION] = entity_id
    following = flow["next"] or sessions.home(account)
    person = account.person_id
    others = queries.firms_of(person) or queries.invitations(person) or guardians.wards_of(person, calendar.today())
    if entity_id is None and others:
        return HttpResponseRedirect(f"{reverse('people:choose')}?{urlencode({'next': following})}")
    return HttpResponseRedirect(following)


def _failed(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    return ui.render(request, "people/citizen_failed.html", {"problem": problem, "face": "portal"}, status=status)


@require_GET
@citizen
def choose(request: HttpRequest) -> HttpResponse:
    """For whom to act: oneself, or one of the firms one is an agent of."""
    identity = access.identify(request)
    assert identity is not None
    following = sessions.safe(request, request.GET.get("next", "")) or sessions.home(identity.account)
    values = {
        "principal": identity.principal,
        "firms": identity.firms,
        "wards": identity.wards,
        "invitations": queries.invitations(identity.account.person_id),
        "next": following,
        "face": "portal",
    }
    return ui.render(request, "people/choose.html", values)


POSTED = ("name", "kind", "number", "phone", "until")


@citizen
def agents(request: HttpRequest) -> HttpResponse:
    """A firm's manager sees, invites and dismisses its agents."""
    me = _manager(request)
    errors: dict[str, str] = {}
    posted = {name: request.POST.get(name, "").strip() for name in POSTED}
    chosen = request.POST.getlist("items")
    if request.method == "POST":
        wanted = agent_actions.Appointment(
            name=posted["name"],
            number=posted["number"],
            kind=posted["kind"],
            phone=posted["phone"],
            manager=request.POST.get("manager") == "1",
            items=chosen,
            until=day(posted["until"]),
        )
        try:
            if posted["until"] and wanted.until is None:
                raise agent_actions.AgentProblem({"until": _("有效期止不是日期")})
            made = agent_actions.appoint(me.entity_id or 0, wanted, actor=access.actor(request), at=calendar.now())
        except agent_actions.AgentProblem as problem:
            errors = problem.errors
        else:
            ui.notify(request, _("已邀请 %(name)s，对方登录后接受即可办事。") % {"name": made.person.name})
            return HttpResponseRedirect(reverse("people:agents"))
    values = {
        "firm": me,
        "agents": queries.agents_of(me.entity_id or 0),
        "me": me.person_id,
        "errors": errors,
        "posted": posted,
        "chosen": chosen,
        "kinds": papers.kinds(),
        "items": agent_items.choices(),
        "face": "portal",
    }
    return ui.render(request, "people/agents.html", values, status=422 if errors else 200)


@require_POST
@citizen
def dismiss(request: HttpRequest) -> HttpResponse:
    """End an agent's power at once; the last manager of a firm stays."""
    me = _manager(request)
    try:
        agent_actions.dismiss(
            whole(request.POST.get("agency")) or 0,
            entity_id=me.entity_id or 0,
            actor=access.actor(request),
            at=calendar.now(),
        )
    except agent_actions.AgentProblem as problem:
        raise Conflict("；".join(problem.errors.values())) from problem
    ui.notify(request, _("经办权限已撤销，立即生效。"))
    return HttpResponseRedirect(reverse("people:agents"))


@require_POST
@citizen
def answer(request: HttpRequest) -> HttpResponse:
    """Accept or decline a firm's invitation."""
    accept = request.POST.get("do") == "accept"
    try:
        agency = agent_actions.answer(
            whole(request.POST.get("agency")) or 0,
            accept=accept,
            actor=access.actor(request),
            at=calendar.now(),
        )
    except agent_actions.AgentProblem as problem:
        raise Conflict("；".join(problem.errors.values())) from problem
    said = _("您现在可以代表 %(firm)s 办事。") if accept else _("已谢绝 %(firm)s 的邀请。")
    ui.notify(request, said % {"firm": agency.entity.name})
    return HttpResponseRedirect(reverse("people:choose") if accept else reverse("people:me"))


def _manager(request: HttpRequest) -> access.Principal:
    from yipan.platform.records import rights

    me = access.principal(request)
    if me.entity_id is None or not me.manager:
        raise rights.Refused("people.agents", "只有企业的法定代表人或管理员可以管理经办人，请先切换到该企业身份。")
    return me
