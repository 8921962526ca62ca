"""Load a backup into an empty installation. Everything that can be refused is refused before anything is written."""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from . import places
from .archive import DUMP, FORMAT, MANIFEST, digest_of, key_ids, run_tool
from .database import DatabaseProblem

NOTHING = "Nothing was loaded."
WITNESS = "records-roots.jsonl"


def restore_backup(source: Path, *, keys: Path | None = None) -> dict[str, Any]:
    """Load an archive; its manifest. ``keys`` is the old installation's key folder or key file. Raises DatabaseProblem
    for what is no archive, damaged, from a newer program, of another kind, without its keys, or not into the empty."""
    where = places.current()
    if not source.is_file():
        raise DatabaseProblem(f"There is no file {source}.")
    _refuse_filled_database()
    with _unpacked(source, where.home) as (folder, manifest):
        _refuse_unfit(manifest)
        key_file, witness = _keys(manifest, where.keys, keys)
        for old in (key_file, witness):
            if old is not None:
                _copy_private(old, where.keys / old.name)
        added = _place_files(folder, manifest, where.files)
        try:
            run_tool(
                "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                str(folder / DUMP),
            )  # fmt: skip
        except DatabaseProblem:
            for path in added:
                path.unlink(missing_ok=True)
            raise
    return manifest


@contextmanager
def _unpacked(source: Path, beside: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The archive's content in a folder of its own, every part compared with its digest."""
    if not source.is_file():
        raise DatabaseProblem(f"There is no file {source}.")
    with tempfile.TemporaryDirectory(dir=beside, prefix="restore-") as name:
        folder = Path(name)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            digests = dict(manifest["digests"])
        except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError) as problem:
            raise DatabaseProblem(
                f"{source} is damaged or was not written by `yipan backup` ({type(problem).__name__}). {NOTHING}"
            ) from problem
        for entry, digest in {DUMP: "", **digests}.items():
            path = folder / entry
            if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file() or digest_of(path) != digest:
                raise DatabaseProblem(f"The archive is damaged: {entry} does not match its digest. {NOTHING}")
        yield folder, manifest


def _refuse_unfit(manifest: dict[str, Any]) -> None:
    from django.db.migrations.loader import MigrationLoader

    version = manifest.get("version", "?")
    if manifest.get("product") != "yipan" or manifest.get("format", 1) > FORMAT:
        raise DatabaseProblem(f"This archive has a format of a newer Yipan ({version}). Use that version. {NOTHING}")
    loader = MigrationLoader(connection)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations or {}}
    known |= {
        f"{app}.{name}" for migration in (loader.disk_migrations or {}).values() for app, name in migration.replaces
    }
    newer = sorted(set(manifest.get("migrations", ())) - known)
    if newer:
        raise DatabaseProblem(
            f"This archive was written by a newer version of Yipan ({version}; unknown migrations: "
            f"{', '.join(newer[:3])}). Restore it with that version. {NOTHING}"
        )
    kind = manifest.get("kind", settings.ENVIRONMENT)
    if kind != settings.ENVIRONMENT:
        raise DatabaseProblem(
            f"This archive is of a {kind} installation and this one is {settings.ENVIRONMENT}; the kind never changes. "
            f"Set YIPAN_ENV={kind}. {NOTHING}"
        )


def _refuse_filled_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        if cursor.fetchone()[0]:
            raise DatabaseProblem(
                f"This installation already has data. Restore into an empty one (set YIPAN_DATA). {NOTHING}"
            )


def _keys(manifest: dict[str, Any], own: Path, given: Path | None) -> tuple[Path | None, Path | None]:
    """Key file and witness file to copy; nothing when this installation has the keys already."""
    wanted = set(manifest.get("keys", ()))
    if wanted <= key_ids(own):
        return None, None
    from yipan.platform.records.crypto.software import key_file

    if given is None:
        raise DatabaseProblem(
            f"The keys {', '.join(sorted(wanted))} of this archive are not in {own}. Without them numbers and phones "
            "cannot be read and signatures not be verified. Give the old installation's key folder: "
            f"--keys /old/home/keys. {NOTHING}"
        )
    found = given / key_file(own).name if given.is_dir() else given
    try:
        lacking = wanted - set(json.loads(found.read_text(encoding="utf-8"))["keys"])
    except (OSError, ValueError, KeyError) as problem:
        raise DatabaseProblem(f"{found} is not a key file of Yipan ({type(problem).__name__}). {NOTHING}") from problem
    if lacking:
        raise DatabaseProblem(f"{found} does not hold the keys {', '.join(sorted(lacking))}. {NOTHING}")
    if key_ids(own):
        raise DatabaseProblem(f"{own} holds other keys already. Restore into an empty installation. {NOTHING}")
    witness = found.with_name(WITNESS)
    return found, witness if witness.is_file() else None


def _copy_private(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    shutil.copyfile(source, target)


def _place_files(folder: Path, manifest: dict[str, Any], files: Path) -> list[Path]:
    """Move the objects to their places; those that were not there before. They are named by their content."""
    added = []
    for entry in manifest["digests"]:
        if not entry.startswith("files/"):
            continue
        target = files / entry.removeprefix("files/")
        if not target.exists():
            added.append(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / entry).replace(target)
    return added
