"""The words in the head and foot of every page: whose platform this is. Content of a pack, not of the program."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from yipan.kernel.packs import Fields, Finding, InstallContext, PackFile

KEPT_SECONDS = 30.0


@dataclass(frozen=True)
class Site:
    """Fields of ``site/site.yaml``; an empty one is not shown."""

    title: str = "政务服务平台"
    staff_title: str = "一盘棋"
    slogan: str = ""
    mark: str = "政"
    region: str = ""
    region_code: str = ""  # of the district (GB/T 2260): its own things stand first in the search
    host: str = ""
    operator: str = ""
    icp: str = ""
    police_record: str = ""
    site_code: str = ""
    hotline: str = ""
    hotline_name: str = ""
    search_hint: str = ""
    hot_words: tuple[str, ...] = ()
    links: tuple[Mapping[str, str], ...] = ()  # of the foot: {"title", "url"}; ours begin with "/"


_kept: tuple[float, dict[str, dict[str, Any]]] | None = None


def text(key: str) -> dict[str, Any]:
    """Content kept under ``key`` ("site", "portal"), asked of the database at most every 30 seconds per process."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        from .models import SiteText

        _kept = (time.monotonic(), dict(SiteText.objects.values_list("key", "content")))
    return _kept[1].get(key, {})


def keep_text(key: str, content: dict[str, Any]) -> None:
    """Install content; other processes show it within ``KEPT_SECONDS``."""
    from .models import SiteText

    SiteText.objects.update_or_create(key=key, defaults={"content": content})
    forget()


def current() -> Site:
    """The installed site."""
    return _from_row(text("site"))


def forget() -> None:
    """Ask again next time (after an installation, and between tests)."""
    global _kept
    _kept = None


def _from_row(row: dict[str, Any]) -> Site:
    known = {field.name for field in fields(Site)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items() if name in known
    }
    return Site(**values)


def _link(one: Fields) -> dict[str, str]:
    link = {"title": one.text("title"), "url": one.text("url")}
    one.nothing_else()
    if not link["url"].startswith(("/", "https://", "http://")) or link["url"].startswith("//"):
        one.fault("链接应当以“/”（本平台）或“https://”开头", "url")
    return link


class SiteLoader:
    """Reads ``site/site.yaml``."""

    folder = "site"

    def _read(self, file: PackFile) -> tuple[Site, list[Finding]]:
        document = file.document.fields()
        texts = {
            field.name: document.text(field.name, required=field.name == "title")
            for field in fields(Site)
            if field.name not in ("hot_words", "links")
        }
        links = tuple(_link(one) for one in document.maps("links"))
        site = Site(**texts, hot_words=tuple(document.texts("hot_words")), links=links)
        document.nothing_else()
        if len(site.mark) > 1:
            document.fault("“mark”是标识圆里的一个字", "mark")
        return site, document.findings

    def check(self, file: PackFile) -> list[Finding]:
        return self._read(file)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:  # noqa: ARG002
        site, _ = self._read(file)
        keep_text("site", asdict(site))
