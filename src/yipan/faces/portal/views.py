"""The portal's pages; all are open to everybody and work without script."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from yipan.platform.ui import context, display, navigation, render
from yipan.platform.ui import home as homes
from yipan.platform.ui.access import public

from . import content

ON_HOME = 5
AUDIENCES = ("firm", "person")
# Groups of the navigation that the home page shows as rows of tiles, as far as rooms filled them.
ZONES = ("特色专区", "我要问", "我要评", "公示公告")
# Search engines keep out of what belongs to one person, and of query forms.
CLOSED = (
    "/my/",
    "/apply/",
    "/progress/",
    "/messages/",
    "/work/",
    "/counter/",
    "/admin/",
    "/cases/",
    "/login/",
    "/api/",
)


def _route(name: str) -> str:
    """A page of a room, or "" while there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _topics() -> dict[str, Sequence[Mapping[str, Any]]]:
    """Topics by audience."""
    found = content.section("topics")
    return {audience: [topic for topic in found if topic["audience"] == audience] for audience in AUDIENCES}


def _zones(request: HttpRequest) -> list[tuple[str, tuple[navigation.Shown, ...]]]:
    zones = [(title, navigation.zone(request, "portal", title)) for title in ZONES]
    return [(title, entries) for title, entries in zones if entries]


@public
def home(request: HttpRequest) -> HttpResponse:
    progress, verify = _route("cases:ask"), _route("licences:verify")
    values = {
        "face": "portal",
        "search_url": _route("search:results"),
        "progress_url": progress,
        "verify_url": verify,
        # These two have their own places beside the tiles.
        "asked": [e for e in navigation.zone(request, "portal", "我要查") if e.url not in (progress, verify)],
        "themes_url": _route("catalogue:themes"),
        "one_things": content.section("one_things"),
        "hot": content.linked(content.section("hot"), _in_catalogue()),
        "topics": _topics(),
        "services": navigation.zone(request, "portal", "我要办事"),
        "zones": _zones(request),
        "announcements": content.announcements()[:ON_HOME],
        "panels": homes.filled(request, "portal"),
    }
    return render(request, "portal/home.html", values)


@public
def elder(request: HttpRequest) -> HttpResponse:
    """The elderly version: large type from the first visit on, few and large entries, two levels at most."""
    page = context.Page(request, face="portal")
    page.display = page.display.with_change(size="large")
    values = {
        "page": page,
        "entries": content.linked(content.section("elder"), _in_catalogue()),
        "search_url": _route("search:results"),
        "panels": homes.filled(request, homes.ELDER),
    }
    response = render(request, "portal/elder.html", values)
    display.remember(response, page.display)
    return response


@public
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """The items of one topic."""
    found = content.one("topics", key)
    if found is None:
        raise Http404
    known = _in_catalogue()
    items = [
        {"title": known[one].title, "note": known[one].summary, "url": content.address({"item": one}, known)}
        for one in found["items"]
        if one in known
    ]
    return render(request, "portal/topic.html", {"face": "portal", "topic": found, "items": items})


def _in_catalogue() -> dict[str, Any]:
    """Items in force by key (one statement)."""
    if not apps.is_installed("yipan.platform.catalogue"):
        return {}
    from yipan.platform.catalogue import queries

    return {view.item.key: view.item for view in queries.in_force()}


@public
def one_thing(request: HttpRequest, key: str) -> HttpResponse:
    """Everything a matter of life needs, item by item: what is always needed, and what may be."""
    found = content.one("one_things", key)
    if found is None:
        raise Http404

    known = _in_catalogue()

    def with_links(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [{**entry, "url": content.address(entry, known)} for entry in entries]

    values = {
        "face": "portal",
        "thing": found,
        "required": with_links(found["required"]),
        "maybe": with_links(found["maybe"]),
    }
    return render(request, "portal/one_thing.html", values)


@public
def announcements(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/announcements.html", {"face": "portal", "announcements": content.announcements()})


@public
def announcement(request: HttpRequest, key: str) -> HttpResponse:
    found = content.one("announcements", key)
    if found is None:
        raise Http404
    return render(request, "portal/announcement.html", {"face": "portal", "announcement": found})


@public
def page(request: HttpRequest, key: str) -> HttpResponse:
    """A standing page: privacy, accessibility, help."""
    found = content.one("pages", key)
    if found is None:
        raise Http404
    return render(request, "portal/page.html", {"face": "portal", "standing": found})


@public
def site_map(request: HttpRequest) -> HttpResponse:
    """Every entry of the portal's navigation on one page."""
    values = {
        "face": "portal",
        "groups": navigation.menu(request, "portal"),
        "topics": [topic for found in _topics().values() for topic in found],
        "one_things": content.section("one_things"),
        "pages": content.section("pages"),
    }
    return render(request, "portal/map.html", values)


@public
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
