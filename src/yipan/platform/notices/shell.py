"""What the shell of every page shows of this room: the bell with its count."""

from django.http import HttpRequest
from django.urls import reverse

from yipan.platform.records import verbs
from yipan.platform.ui import context, navigation

from . import unread


def register() -> None:
    context.provide("unread", _unread)
    context.provide("messages_url", _address)
    navigation.register("workbench", "我的工作", "消息", "notices:inbox", icon="bell", badge=_badge, order=60)
    verbs.declare({"notices.channels": "选择通知渠道"})


def _unread(request: HttpRequest) -> int:
    """Counted once a request: bell, menu and panels show the same number."""
    account_id = context.account_id(request)
    if account_id is None:
        return 0
    if "yp_unread" not in request.__dict__:
        request.__dict__["yp_unread"] = unread(account_id)
    return request.__dict__["yp_unread"]


def _badge(request: HttpRequest) -> int | None:
    return _unread(request) or None


def _address(request: HttpRequest) -> str:
    return reverse("notices:inbox") if context.account_id(request) is not None else ""
