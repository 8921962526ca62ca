"""The words in the head and foot of every page: whose platform this is. Content of a pack, not of the program."""

import time
from dataclasses import asdict, dataclass, fields
from typing import Any

from yipan.kernel.packs import Finding, InstallContext, PackFile

KEPT_SECONDS = 30.0


@dataclass(frozen=True)
class Site:
    """Fields of ``site/site.yaml``; an empty one is not shown."""

    title: str = "政务服务平台"
    staff_title: str = "一盘棋"
    slogan: str = ""
    mark: str = "政"
    region: str = ""
    host: str = ""
    operator: str = ""
    icp: str = ""
    police_record: str = ""
    site_code: str = ""
    hotline: str = ""
    hotline_name: str = ""
    search_hint: str = ""
    hot_words: tuple[str, ...] = ()


_kept: tuple[float, Site] | None = None


def current() -> Site:
    """The installed site, asked of the database at most every 30 seconds per process."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        from .models import SiteText

        row = SiteText.objects.filter(key="site").values_list("content", flat=True).first()
        _kept = (time.monotonic(), _from_row(row) if row else Site())
    return _kept[1]


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


class SiteLoader:
    """Reads ``site/site.yaml``."""

    folder = "site"

    def _read(self, file: PackFile) -> tuple[Site, list[Finding]]:
        document = file.document.fields()
        texts = {
            field.name: document.text(field.name, required=field.name == "title")
            for field in fields(Site)
            if field.name != "hot_words"
        }
        site = Site(**texts, hot_words=tuple(document.texts("hot_words")))
        document.nothing_else()
        if len(site.mark) > 1:
            document.fault("“mark”是标识圆里的一个字", "mark")
        return site, document.findings

    def check(self, file: PackFile) -> list[Finding]:
        return self._read(file)[1]

    def install(self, file: PackFile, context: InstallContext) -> None:  # noqa: ARG002
        from .models import SiteText

        site, _ = self._read(file)
        SiteText.objects.update_or_create(key="site", defaults={"content": asdict(site)})
        forget()
