"""Reads of installed packs."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Count

from yipan.kernel.packs import PackError, read_pack

from .domain import PackDifference, compare
from .models import PackVersion

BUILT_IN = Path(__file__).resolve().parents[2] / "packs"


@dataclass(frozen=True, slots=True)
class PackRow:
    """One installed state of a pack."""

    key: str
    title: str
    version: str
    plan_task: int
    files: int
    sha256: str
    installed_at: datetime
    installed_by: str


@dataclass(frozen=True, slots=True)
class PackPage:
    """A pack with its history; ``difference`` is None when the product brings no such pack or it cannot be read."""

    row: PackRow
    versions: tuple[PackRow, ...]
    paths: tuple[str, ...]
    difference: PackDifference | None


def in_use(key: str) -> PackVersion | None:
    return PackVersion.objects.filter(key=key).order_by("-id").first()


def digest_in_use(key: str) -> str | None:
    version = in_use(key)
    return version.sha256 if version else None


def installed_keys() -> list[str]:
    return sorted(set(PackVersion.objects.values_list("key", flat=True)))


def rows_in_use() -> tuple[PackRow, ...]:
    """The newest state of every pack (one statement)."""
    newest = PackVersion.objects.order_by("key", "-id").distinct("key").values("pk")
    found = PackVersion.objects.filter(pk__in=newest).annotate(count=Count("files")).order_by("plan_task", "key")
    return tuple(_row(version, version.count) for version in found)  # type: ignore[attr-defined]


def page(key: str) -> PackPage | None:
    versions = list(PackVersion.objects.filter(key=key).annotate(count=Count("files")).order_by("-id"))
    if not versions:
        return None
    rows = tuple(_row(version, version.count) for version in versions)  # type: ignore[attr-defined]
    paths = tuple(versions[0].files.order_by("path").values_list("path", flat=True))
    try:
        changed = difference(BUILT_IN / key)
    except (PackError, OSError):
        changed = None
    return PackPage(rows[0], rows, paths, changed)


def difference(folder: Path) -> PackDifference:
    """How a pack on disk differs from the one in use (everything is new when none is)."""
    pack = read_pack(folder)
    version = in_use(pack.key)
    installed = dict(version.files.values_list("path", "sha256")) if version else {}
    return compare({file.path: file.sha256 for file in pack.files}, installed)


def _row(version: PackVersion, files: int) -> PackRow:
    return PackRow(
        version.key,
        version.title,
        version.version,
        version.plan_task,
        files,
        version.sha256,
        version.installed_at,
        version.installed_by,
    )


def files_in_use(key: str) -> dict[str, bytes]:
    """The files of a pack in use by path. Raises LookupError when the pack is not installed."""
    version = in_use(key)
    if version is None:
        raise LookupError(f"内容包“{key}”没有安装")
    return {path: bytes(content) for path, content in version.files.values_list("path", "content")}
