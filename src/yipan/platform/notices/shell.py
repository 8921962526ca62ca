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
    """Bell, menu and panels show the same number."""
    account_id = context.account_id(request)
    return context.once(request, "unread", lambda: unread(account_id)) if account_id is not None else 0


def _badge(request: HttpRequest) -> int | None:
    return _unread(request) or None


def _address(request: HttpRequest) -> str:
    return reverse("notices:inbox") if context.account_id(request) is not None else ""
