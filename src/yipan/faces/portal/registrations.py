"""Entries of the main navigation that no room has of its own, and the panels of the home page."""

from typing import Any

from django.apps import apps
from django.http import HttpRequest

from yipan.platform.search import registry as kinds
from yipan.platform.ui import home, navigation

from . import content

SHOWN_CASES = 3


def register() -> None:
    add = navigation.register
    add("portal", "导航", "首页", "portal:home", icon="home", order=0)
    add("portal", "导航", "通知公告", "portal:announcements", icon="news", order=80)
    add("portal", "长者版", "长者版", "portal:elder", icon="accessible")
    add("portal", "页脚", "网站地图", "portal:map", order=10)
    kinds.register("one_thing", "一件事", content.findable_one_things, order=5)
    kinds.register("announcement", "公告", content.findable_announcements, order=50)
    if apps.is_installed("yipan.platform.cases"):
        home.panel("portal", "cases", template="portal/_my_cases.html", values=my_cases, order=10)
        home.panel(home.ELDER, "cases", template="portal/_my_cases.html", values=my_cases, order=10)


def my_cases(request: HttpRequest) -> dict[str, Any] | None:
    """The applicant's newest running cases; None for visitors and staff."""
    from yipan.platform import calendar
    from yipan.platform.cases import queries

    principal = getattr(request, "principal", None)
    if principal is None:
        return None
    found = queries.own(principal).order_by("-id")[:SHOWN_CASES]
    return {"rows": queries.rows(found, calendar.now()), "name": principal.entity_name or principal.name}
