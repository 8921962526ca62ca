"""What the portal puts in front of people: content of packs (``portal.yaml``), read, checked and kept as one value."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from yipan.kernel.packs import Fields, Finding, InstallContext, PackFile
from yipan.platform.search.domain import Entry
from yipan.platform.ui import site

KEPT_AS = "portal"
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
# Ways to say where an entry leads, in this order.
TARGETS = ("item", "route", "search", "tel", "url")


@dataclass(frozen=True)
class Linked:
    """An entry with its address, ready for a tile or a list."""

    title: str
    url: str
    icon: str = "file-text"
    note: str = ""


def address(entry: Mapping[str, Any], items: Collection[str]) -> str:
    """Where an entry leads, or "" while its page does not exist; ``items`` are the keys in the catalogue today."""
    try:
        if entry.get("item"):
            return reverse("catalogue:item", args=[entry["item"]]) if entry["item"] in items else ""
        if entry.get("route"):
            return reverse(entry["route"])
        if entry.get("search"):
            return reverse("search:results", query={"q": entry["search"]})
    except NoReverseMatch:
        return ""
    return f"tel:{entry['tel']}" if entry.get("tel") else entry.get("url", "")


def linked(entries: Sequence[Mapping[str, Any]], items: Collection[str]) -> tuple[Linked, ...]:
    """The entries that lead somewhere."""
    return tuple(
        Linked(entry["title"], url, entry.get("icon") or "file-text", entry.get("note", ""))
        for entry in entries
        if (url := address(entry, items))
    )


def section(name: str) -> Sequence[Mapping[str, Any]]:
    """One list of the installed content: one_things, hot, topics, elder, announcements, pages."""
    return site.text(KEPT_AS).get(name, [])


def one(name: str, key: str) -> Mapping[str, Any] | None:
    return next((entry for entry in section(name) if entry["key"] == key), None)


def announcements() -> list[Mapping[str, Any]]:
    """Newest first."""
    return sorted(section("announcements"), key=lambda entry: entry["day"], reverse=True)


class PortalLoader:
    """Reads ``portal/portal.yaml``; the last installed pack's content is the one shown."""

    folder = "portal"

    def check(self, file: PackFile) -> list[Finding]:
        return _read(file)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:  # noqa: ARG002
        from yipan.platform import search

        site.keep_text(KEPT_AS, _read(file)[0])
        for kind in FOUND:
            search.actions.rebuild(kind)


FOUND = ("one_thing", "announcement")


def findable_one_things() -> Iterator[Entry]:
    """Matters of life for the search: somebody who types what he wants to do finds everything it needs."""
    for thing in section("one_things"):
        needs = [*thing["required"], *thing["maybe"]]
        yield Entry(
            kind="one_thing",
            key=thing["key"],
            title=thing["title"],
            url=reverse("portal:one_thing", args=[thing["key"]]),
            aliases=tuple(thing["words"]),
            summary=thing["lead"],
            body="、".join(entry["title"] for entry in needs),
            region=site.current().region_code,
            popularity=90,
        )


def findable_announcements() -> Iterator[Entry]:
    for told in section("announcements"):
        yield Entry(
            kind="announcement",
            key=told["key"],
            title=told["title"],
            url=reverse("portal:announcement", args=[told["key"]]),
            summary=told["paragraphs"][0][:120],
            body="\n".join(told["paragraphs"]),
            unit_name=told["unit"],
            region=site.current().region_code,
        )


def _read(file: PackFile) -> tuple[dict[str, Any], list[Finding]]:
    top = file.document.fields()
    content = {
        "one_things": [_one_thing(entry) for entry in _keyed(top, "one_things")],
        "hot": [_entry(entry) for entry in top.maps("hot")],
        "topics": [_topic(entry) for entry in _keyed(top, "topics")],
        "elder": [_entry(entry) for entry in top.maps("elder")],
        "announcements": [_announcement(entry) for entry in _keyed(top, "announcements")],
        "pages": [_page(entry) for entry in _keyed(top, "pages")],
    }
    top.nothing_else()
    if len(content["elder"]) > 8:
        top.fault("长者版最多 8 个入口", "elder")
    return content, top.findings


def _keyed(top: Fields, name: str) -> Iterator[Fields]:
    """The entries of a list whose keys stand in addresses: well formed and each once."""
    seen: set[str] = set()
    for entry in top.maps(name):
        key = entry.text("key")
        if key and not _KEY.fullmatch(key):
            entry.fault("“key”只能用小写字母、数字、“-”和“_”", "key")
        if key in seen:
            entry.fault(f"“{key}”重复", "key")
        seen.add(key)
        yield entry


def _entry(entry: Fields) -> dict[str, Any]:
    values = {"title": entry.text("title"), "icon": entry.text("icon", required=False)}
    values |= {name: entry.text(name, required=False) for name in ("note", *TARGETS)}
    entry.nothing_else()
    if sum(bool(values[name]) for name in TARGETS) != 1:
        entry.fault(f"“{values['title']}”要写明一个去处：{'、'.join(TARGETS)} 中的一项")
    if values["url"] and (not values["url"].startswith("/") or values["url"].startswith("//")):
        entry.fault("链接应当是本平台内以“/”开头的路径", "url")
    return values


def _needed(entry: Fields) -> dict[str, Any]:
    values = {name: entry.text(name) for name in ("item", "title", "unit", "why")}
    entry.nothing_else()
    return values


def _one_thing(entry: Fields) -> dict[str, Any]:
    values = {
        "key": entry.text("key"),
        "title": entry.text("title"),
        "words": entry.texts("words"),
        "lead": entry.text("lead"),
        "required": [_needed(one) for one in entry.maps("required", required=True)],
        "maybe": [_needed(one) for one in entry.maps("maybe")],
        "note": entry.text("note", required=False),
        "basis": entry.text("basis", required=False),
    }
    entry.nothing_else()
    return values


def _topic(entry: Fields) -> dict[str, Any]:
    values = {
        "key": entry.text("key"),
        "title": entry.text("title"),
        "note": entry.text("note", required=False),
        "icon": entry.text("icon", required=False),
        "audience": entry.choice("audience", ["person", "firm"]),
        "items": entry.texts("items", required=True),
    }
    entry.nothing_else()
    return values


def _announcement(entry: Fields) -> dict[str, Any]:
    day = entry.day("day")
    values = {
        "key": entry.text("key"),
        "title": entry.text("title"),
        "unit": entry.text("unit"),
        "day": day.isoformat() if day else "",
        "paragraphs": entry.texts("paragraphs", required=True),
    }
    entry.nothing_else()
    return values


def _page(entry: Fields) -> dict[str, Any]:
    values = {
        "key": entry.text("key"),
        "title": entry.text("title"),
        "paragraphs": entry.texts("paragraphs", required=True),
    }
    entry.nothing_else()
    return values
