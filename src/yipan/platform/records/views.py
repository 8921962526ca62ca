"""Audit screens and the list of dead letters."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import jobs, ui
from yipan.platform.jobs import queries as job_queries
from yipan.platform.ui import context
from yipan.platform.ui.access import needs
from yipan.platform.ui.errors import BadInput
from yipan.platform.ui.notices import notify

from . import crypto, forms, queries, verbs
from .access_log import log_access
from .actions.erase_payload import erase_payload
from .actions.resend import NotDead, resend
from .domain import Actor
from .work import AUDIT_READ, DEADLETTER_RESEND, PAYLOAD_ERASE

FACE = {"face": "administration"}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _older(request: HttpRequest, cursor: str) -> str:
    """Address of the next page: the same search from the cursor on."""
    if not cursor:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


def _cursor(request: HttpRequest) -> str:
    return request.GET.get("cursor", "")


@needs(AUDIT_READ)
@require_GET
def acts(request: HttpRequest) -> HttpResponse:
    """Search acts by subject, person, verb and business time."""
    search = forms.read(request.GET, ("subject_kind", "subject_id", "actor", "verb"))
    wanted = queries.ActFilter(**{name: search[name] for name in ("subject_kind", "subject_id", "actor", "verb")},
                               since=search.since, until=search.until)  # fmt: skip
    page = _searched(lambda: queries.acts(wanted, cursor=_cursor(request)), search)
    values = {
        "search": search, "rows": page.rows, "older": _older(request, page.older), "verbs": verbs.all_verbs(),
        "kinds": verbs.all_kinds(),
    }  # fmt: skip
    return ui.render(request, "records/acts.html", FACE | values, status=422 if search.errors else 200)


def _searched(ask, search: forms.Search) -> queries.Page:
    if search.errors:
        return queries.Page(())
    try:
        return ask()
    except ValueError as problem:
        raise BadInput("翻页地址已失效，请重新查询。") from problem


@needs(AUDIT_READ)
@require_GET
def act(request: HttpRequest, act_id: int) -> HttpResponse:
    """One act with its payload; opening it is itself noted, because payloads may hold personal data."""
    detail = queries.act_detail(act_id)
    if detail is None:
        raise Http404(f"没有编号为 {act_id} 的行为记录")
    log_access(_actor(request), ("act", act_id), ["理由", "附属内容"], "审计")
    values = {"act": detail, "may_erase": context.ask("may", request)(PAYLOAD_ERASE)}
    return ui.render(request, "records/act.html", FACE | values)


@needs(PAYLOAD_ERASE)
@require_POST
def erase(request: HttpRequest, act_id: int) -> HttpResponse:
    now = context.ask("now", request)
    erase_payload(act_id=act_id, actor=_actor(request), now=now, reason=request.POST.get("reason", ""))
    notify(request, "附属内容已清除，清除行为已记入同一条链。")
    return HttpResponseRedirect(reverse("records:act", args=[act_id]))


@needs(AUDIT_READ)
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """Who read which personal data, when and why."""
    names = ("subject_kind", "subject_id", "actor")
    search = forms.read(request.GET, names)
    page = _searched(
        lambda: queries.accesses(
            actor=search["actor"],
            subject_kind=search["subject_kind"],
            subject_id=search["subject_id"],
            since=search.since,
            until=search.until,
            cursor=_cursor(request),
        ),
        search,
    )
    values = {
        "search": search, "rows": page.rows, "older": _older(request, page.older), "kinds": verbs.all_kinds(),
    }  # fmt: skip
    return ui.render(request, "records/accesses.html", FACE | values, status=422 if search.errors else 200)


@needs(AUDIT_READ)
def integrity(request: HttpRequest) -> HttpResponse:
    """Signed roots, the last verifications, and the button that starts one."""
    if request.method == "POST":
        jobs.start("records.verify", title="核验行为记录", account_id=_actor(request).account_id)
        notify(request, "核验已开始，完成后结果显示在本页。")
        return HttpResponseRedirect(reverse("records:integrity"))
    values = {
        "roots": queries.roots(),
        "runs": job_queries.latest("records.verify"),
        "statement": crypto.current().statement,
    }
    return ui.render(request, "records/integrity.html", FACE | values, block="runs")


@needs(DEADLETTER_RESEND)
@require_GET
def dead_letters(request: HttpRequest) -> HttpResponse:
    return ui.render(request, "records/dead_letters.html", FACE | {"rows": queries.dead_letters()})


@needs(DEADLETTER_RESEND)
@require_POST
def resend_letters(request: HttpRequest) -> HttpResponse:
    """Send the chosen dead letters again; each is its own transaction and gets its own answer."""
    now, sent, gone = context.ask("now", request), 0, 0
    for chosen in request.POST.getlist("letter"):
        kind, _, row_id = chosen.partition("-")
        if kind not in ("outbox", "delivery") or not row_id.isdecimal():
            raise BadInput("提交的内容有误，请刷新页面后重试。")
        try:
            resend(kind=kind, row_id=int(row_id), actor=_actor(request), now=now)
            sent += 1
        except NotDead:
            gone += 1
    if not sent and not gone:
        notify(request, "请先勾选要重发的消息。", "orange")
    if sent:
        notify(request, f"{sent} 条消息已重新排队发送。")
    if gone:
        notify(request, f"{gone} 条消息已不在清单中，可能刚被他人重发。", "orange")
    return HttpResponseRedirect(reverse("records:dead_letters"))
