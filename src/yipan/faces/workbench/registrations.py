"""The home's own entry and its panels."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest

from yipan.platform.ui import context, home, navigation

MESSAGES = 5


def register() -> None:
    navigation.register(
        "workbench", "我的工作", "工作台首页", "workbench:home", icon="home", right="task.view", order=0
    )
    if apps.is_installed("yipan.platform.cases"):
        home.panel("workbench", "lights", template="workbench/_lights.html", values=_lights, right="case.read", order=5)
        home.panel(
            "workbench", "drafts", template="workbench/_drafts.html", values=_drafts, right="case.receive", order=80,
            wide=False,
        )  # fmt: skip
    if apps.is_installed("yipan.platform.notices"):
        home.panel("workbench", "messages", template="workbench/_messages.html", values=_messages, order=90, wide=False)


def _lights(request: HttpRequest) -> dict[str, Any] | None:
    from yipan.platform import calendar

    from . import queries

    actor = getattr(request, "actor", None)
    return {"lights": queries.lights(actor, calendar.now())} if actor is not None else None


def _drafts(request: HttpRequest) -> dict[str, Any] | None:
    from yipan.platform import calendar

    from . import queries

    actor = getattr(request, "actor", None)
    rows = queries.drafts(actor, calendar.now()) if actor is not None else ()
    return {"rows": rows} if rows else None


def _messages(request: HttpRequest) -> dict[str, Any] | None:
    from yipan.platform.notices import queries

    account_id = context.account_id(request)
    if account_id is None:
        return None
    box = queries.inbox(account_id, only_unread=True, size=MESSAGES)
    return {"messages": box.lines, "unread": box.unread} if box.lines else None
