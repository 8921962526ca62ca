"""The inbox of whoever is signed in, citizens and staff alike, and their choice of channels."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import records, ui
from yipan.platform.ui import context
from yipan.platform.ui.access import signed_in
from yipan.platform.ui.errors import BadInput
from yipan.platform.ui.notices import notify

from . import queries
from .actions.read import choose_channels, mark_read


def _account(request: HttpRequest) -> int:
    account_id = context.account_id(request)
    if account_id is None:
        raise Http404
    return account_id


def _shell(request: HttpRequest) -> dict[str, Any]:
    staff = getattr(request, "actor", None) is not None and getattr(request, "principal", None) is None
    return {
        "base": "ui/base_staff.html" if staff else "ui/base_public.html",
        "face": "workbench" if staff else "portal",
    }


@signed_in
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    if before and not before.isdecimal():
        raise BadInput(_("翻页地址已失效，请重新打开消息列表。"))
    only_unread = request.GET.get("box") == "unread"
    page = queries.inbox(_account(request), only_unread=only_unread, before=int(before) if before else None)
    older = ""
    if page.older:
        query = {"before": str(page.older)} | ({"box": "unread"} if only_unread else {})
        older = reverse("notices:inbox", query=query)
    values = {"inbox": page, "only_unread": only_unread, "older": older}
    return ui.render(request, "notices/inbox.html", _shell(request) | values)


@signed_in
@require_GET
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message; opening it marks it as read."""
    account_id = _account(request)
    mark_read(account_id=account_id, message_id=message_id, now=context.ask("now", request))
    opened = queries.opened(account_id, message_id)
    if opened is None:
        raise Http404(_("没有这条消息"))
    return ui.render(request, "notices/message.html", _shell(request) | {"message": opened})


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = mark_read(account_id=_account(request), now=context.ask("now", request))
    notify(request, _("已将 %(count)s 条消息标为已读。") % {"count": count})
    return HttpResponseRedirect(reverse("notices:inbox"))


@signed_in
def channels(request: HttpRequest) -> HttpResponse:
    account_id = _account(request)
    if request.method == "POST":
        choose_channels(
            account_id=account_id,
            wanted=request.POST.getlist("channel"),
            actor=_actor(request, account_id),
            now=context.ask("now", request),
        )
        notify(request, _("通知渠道已保存。"))
        return HttpResponseRedirect(reverse("notices:channels"))
    return ui.render(request, "notices/channels.html", _shell(request) | {"choices": queries.choices(account_id)})


def _actor(request: HttpRequest, account_id: int) -> records.Actor:
    """Staff and signed-in citizens both come with an actor; a principal alone is turned into one."""
    actor = getattr(request, "actor", None)
    if actor is not None:
        return actor
    principal = request.principal  # type: ignore[attr-defined]
    return records.Actor(account_id, principal.person_id, principal.name, request_id=getattr(request, "request_id", ""))
