"""Entries of side menus and home pages, registered by the rooms that have the pages.

A home page shows what is registered and nothing else: an entry whose page does not exist, or which this person may not
open, is not there. Faces and their groups have a fixed order; a room names an existing group or a new one.

    navigation.register("workbench", "我的工作", "待办", "processes:todo", icon="inbox", right="task.view", badge=count)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from . import context

Badge = Callable[[HttpRequest], int | str | None]


@dataclass(frozen=True)
class Face:
    """One of the five homes. ``groups`` gives the order of its groups; others follow in order of registration."""

    key: str
    title: str
    icon: str
    home: str
    groups: tuple[str, ...]
    staff: bool = True


FACES = (
    Face("portal", "政务服务门户", "home", "portal:home",
         ("导航", "我要办事", "特色专区", "我要查", "我要问", "我要评", "公示公告", "页脚", "长者版"), staff=False),
    Face("workbench", "审批工作台", "layout-dashboard", "workbench:home",
         ("我的工作", "审批办理", "证照文书", "监督", "配置")),
    Face("counter", "综合窗口", "building-store", "counter:home", ("窗口业务", "查询", "出件")),
    Face("cockpit", "领导驾驶舱", "chart-bar", "cockpit:home", ()),
    Face("administration", "系统管理", "settings", "administration:home",
         ("机构与人员", "事项与流程", "内容", "运行", "安全与审计")),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What a room registers. ``right`` None: anybody who may see the face; ``note`` is a line under the title."""

    face: str
    group: str
    title: str
    url_name: str
    icon: str = "file-text"
    right: str | None = None
    badge: Badge | None = None
    order: int = 100
    note: str = ""
    args: tuple[Any, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """An entry as a template shows it."""

    title: str
    url: str
    icon: str
    note: str
    badge: int | str | None
    current: bool


@dataclass(frozen=True)
class Group:
    title: str
    entries: tuple[Shown, ...]


_entries: dict[tuple[str, str, str], Entry] = {}


def register(
    face: str,
    group: str,
    title: str,
    url_name: str,
    *,
    icon: str = "file-text",
    right: str | None = None,
    badge: Badge | None = None,
    order: int = 100,
    note: str = "",
    args: tuple[Any, ...] = (),
    query: Mapping[str, str] | None = None,
) -> None:
    """Add an entry; the same face, group and title again replaces it."""
    if all(face != known.key for known in FACES):
        raise ValueError(f"no face {face!r}")
    entry = Entry(face, group, title, url_name, icon, right, badge, order, note, args, query or {})
    _entries[face, group, title] = entry


def entries(face: str) -> list[Entry]:
    """All registered entries of a face, in the order of groups and then of entries."""
    places = {name: n for n, name in enumerate(next(f for f in FACES if f.key == face).groups)}
    found = [entry for entry in _entries.values() if entry.face == face]
    for entry in found:
        places.setdefault(entry.group, len(places))
    return sorted(found, key=lambda entry: (places[entry.group], entry.order))


def title(face: str) -> str:
    return next((known.title for known in FACES if known.key == face), "")


def _address(entry: Entry) -> str | None:
    try:
        return reverse(entry.url_name, args=entry.args or None, query=dict(entry.query) or None)
    except NoReverseMatch:
        return None


def _visible(request: HttpRequest, face: str, group: str | None = None) -> list[tuple[Entry, str]]:
    may = context.ask("may", request)
    return [
        (entry, url)
        for entry in entries(face)
        if (group is None or entry.group == group)
        and (entry.right is None or may(entry.right))
        and (url := _address(entry)) is not None
    ]


def _shown(request: HttpRequest, found: list[tuple[Entry, str]]) -> list[tuple[Entry, Shown]]:
    """The entry whose address is the longest beginning of this page's path is the current one."""
    matching = [url for _, url in found if request.path == url or (url != "/" and request.path.startswith(url))]
    here = max(matching, key=len, default=None)
    return [
        (e, Shown(e.title, url, e.icon, e.note, e.badge(request) if e.badge else None, url == here)) for e, url in found
    ]


def menu(request: HttpRequest, face: str) -> tuple[Group, ...]:
    """The groups of a face with their badges, which are counted once a request however often the menu is shown."""
    return context.once(request, f"menu {face}", lambda: _grouped(request, face))


def _grouped(request: HttpRequest, face: str) -> tuple[Group, ...]:
    groups: dict[str, list[Shown]] = {}
    for entry, shown in _shown(request, _visible(request, face)):
        groups.setdefault(entry.group, []).append(shown)
    return tuple(Group(title, tuple(shown)) for title, shown in groups.items())


def zone(request: HttpRequest, face: str, group: str) -> tuple[Shown, ...]:
    return tuple(shown for _, shown in _shown(request, _visible(request, face, group)))


def faces(request: HttpRequest) -> tuple[Shown, ...]:
    """The homes this person may open: those with something in them. For the switch in the top bar."""
    found = []
    for face in FACES:
        if face.staff and _visible(request, face.key):
            try:
                url = reverse(face.home)
            except NoReverseMatch:
                continue
            found.append(Shown(face.title, url, face.icon, "", None, request.path == url))
    return tuple(found)
