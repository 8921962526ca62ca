"""Which room understands which folder of a pack.

Each room registers one loader per folder when the program starts. The registry also orders them: forms must be
installed before the items that name them, so a loader says after which folders it comes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from .files import MANIFEST, Pack, PackFile, PackManifest
from .findings import Finding, PackError


@dataclass(frozen=True)
class InstallContext:
    """What a loader needs besides the file: who installs (`records.Actor`), at which business time, from which pack."""

    pack: PackManifest
    actor: Any
    at: datetime
    options: dict[str, Any] = field(default_factory=dict)


class Loader(Protocol):
    """A room's reader of one folder. `check` must find every fault without touching the database; `install` may
    assume a file without error findings, runs inside the installer's transaction and is idempotent: an unchanged
    file changes nothing, a changed one makes a new version where the room's things have versions."""

    folder: str

    def check(self, file: PackFile) -> list[Finding]: ...

    def install(self, file: PackFile, context: InstallContext) -> None: ...


@runtime_checkable
class CrossChecker(Protocol):
    """A loader may also look at all files of its folder with the whole pack (references between files)."""

    def check_all(self, files: Sequence[PackFile], pack: Pack) -> list[Finding]: ...


@runtime_checkable
class Ordered(Protocol):
    """A loader whose files need each other says in which order they are installed; else they come by path."""

    def order(self, files: Sequence[PackFile]) -> Sequence[PackFile]: ...


class DuplicateLoader(Exception):
    """Two rooms claim one folder: a mistake of the program, found at start-up."""


@dataclass(frozen=True)
class _Entry:
    loader: Loader
    after: tuple[str, ...]


_entries: dict[str, _Entry] = {}


def register_loader(loader: Loader, *, after: Iterable[str] = ()) -> None:
    """Claim `loader.folder`; its files are installed after the files of the folders named in `after`."""
    known = _entries.get(loader.folder)
    if known is not None and type(known.loader) is not type(loader):
        raise DuplicateLoader(
            f"folder {loader.folder!r} is already loaded by {type(known.loader).__qualname__}, "
            f"{type(loader).__qualname__} cannot claim it too"
        )
    _entries[loader.folder] = _Entry(loader, tuple(after))


def unregister_loader(folder: str) -> None:
    """Give a folder back (tests)."""
    _entries.pop(folder, None)


def loader_for(folder: str) -> Loader | None:
    entry = _entries.get(folder)
    return entry.loader if entry else None


def registered_folders() -> list[str]:
    """Folders in the order in which they are installed."""
    result: list[str] = []
    waiting = sorted(_entries)
    while waiting:
        ready = [f for f in waiting if all(a in result or a not in _entries for a in _entries[f].after)]
        if not ready:
            raise DuplicateLoader(f"loaders wait for each other: {', '.join(waiting)}")
        result.extend(ready)
        waiting = [folder for folder in waiting if folder not in result]
    return result


def check_pack(pack: Pack) -> list[Finding]:
    """All findings of a pack, in the order of files and lines. A file that no room understands is a finding too."""
    findings: list[Finding] = []
    sound: dict[str, list[PackFile]] = {}
    for file in pack.files:
        if file.path == MANIFEST or file.path.upper().startswith("README"):
            continue
        loader = loader_for(file.folder)
        if loader is None:
            folders = "、".join(sorted(_entries)) or "（无）"
            findings.append(
                Finding(file.place, 0, f"没有哪个模块认识文件夹“{file.folder or '/'}”，可用的有：{folders}")
            )
            continue
        try:
            found = loader.check(file)
        except PackError as error:
            found = list(error.findings)
        findings.extend(found)
        if not any(finding.is_error for finding in found):
            sound.setdefault(file.folder, []).append(file)
    for folder, files in sound.items():
        loader = loader_for(folder)
        if isinstance(loader, CrossChecker):
            findings.extend(loader.check_all(files, pack))
    return sorted(findings, key=lambda f: (f.file, f.line))


def install_plan(pack: Pack) -> Iterator[tuple[Loader, PackFile]]:
    """(loader, file) in the order to install: folders by their dependencies, files by path or as their loader says."""
    for folder in registered_folders():
        loader = loader_for(folder)
        assert loader is not None
        files = sorted(pack.folder(folder), key=lambda f: f.path)
        for file in loader.order(files) if isinstance(loader, Ordered) else files:
            yield loader, file
