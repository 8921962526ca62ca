"""Reads of installed packs."""

from pathlib import Path

from yipan.kernel.packs import read_pack

from .domain import PackDifference, compare
from .models import PackVersion


def in_use(key: str) -> PackVersion | None:
    return PackVersion.objects.filter(key=key).order_by("-id").first()


def digest_in_use(key: str) -> str | None:
    version = in_use(key)
    return version.sha256 if version else None


def installed_keys() -> list[str]:
    return sorted(set(PackVersion.objects.values_list("key", flat=True)))


def difference(folder: Path) -> PackDifference:
    """How a pack on disk differs from the one in use (everything is new when none is)."""
    pack = read_pack(folder)
    version = in_use(pack.key)
    installed = dict(version.files.values_list("path", "sha256")) if version else {}
    return compare({file.path: file.sha256 for file in pack.files}, installed)
