"""Backup: database dump, files and a manifest with digests in one tar archive; restoring is in ``restoring``.

The dump is one snapshot of the database. Files are written before the row that names them and never change, so copying
afterwards what rows name holds everything the dump refers to. Keys are not part of the archive: whoever has the
archive alone cannot read the identity vault. The manifest says what has to fit: program, migrations, kind, keys.
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yipan import __version__

from . import places
from .database import DatabaseProblem, find_program

MANIFEST, DUMP = "manifest.json", "database.dump"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that was made. ``missing`` names objects that rows point to and the folder does not have."""

    path: Path
    files: int
    missing: list[str]


def write_backup(target: Path | None = None) -> Written:
    """Write the archive (mode 0600); an unfinished one never carries the final name."""
    where = places.current()
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    if target is None:
        target = where.home / "backups" / f"yipan-{stamp}.tar"
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not target.parent.is_dir():
        raise DatabaseProblem(f"The folder {target.parent} does not exist.")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as name:
            folder = Path(name)
            written = _write(folder, unfinished, stamp)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return Written(target, len(written["digests"]) - 1, written["missing"])


def _write(folder: Path, unfinished: Path, stamp: str) -> dict[str, Any]:
    files = places.current().files
    manifest = describe() | {"written_at": stamp}
    dump = folder / DUMP
    run_tool("pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges", f"--file={dump}")
    names = _objects()
    there = [name for name in names if (files / name).is_file()]
    manifest["missing"] = sorted(set(names) - set(there) - set(_objects_gone(names)))
    manifest["digests"] = {DUMP: digest_of(dump)} | {f"files/{name}": digest_of(files / name) for name in there}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w") as archive:
            archive.add(folder / MANIFEST, MANIFEST)
            archive.add(dump, DUMP)
            for name in there:
                archive.add(files / name, f"files/{name}")
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def describe() -> dict[str, Any]:
    """What this installation is, as the manifest says it."""
    from yipan.platform import records

    from .schema import state

    return {
        "product": "yipan",
        "format": FORMAT,
        "version": __version__,
        "kind": records.installation().kind,
        "postgres": find_program().major,
        "migrations": state().applied,
        "keys": sorted(key_ids(places.current().keys)),
    }


def key_ids(folder: Path) -> set[str]:
    """Names of the keys in a key folder (never the keys themselves); empty when it has none."""
    from yipan.platform.records.crypto.software import key_file

    path = key_file(folder)
    return set(json.loads(path.read_text(encoding="utf-8"))["keys"]) if path.exists() else set()


def _objects() -> list[str]:
    """Objects in the folder that rows name; none when they lie in a storage service, which has copies of its own."""
    from django.core.files.storage import FileSystemStorage, default_storage

    from yipan.platform.files import queries

    if not isinstance(default_storage, FileSystemStorage):
        return []
    return queries.kept_objects()


def _objects_gone(names: list[str]) -> set[str]:
    """Objects that were erased by right while the backup was written."""
    return set(names) - set(_objects())


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run_tool(name: str, *arguments: str) -> None:
    """Run a PostgreSQL client program; the password goes by environment, not by command line."""
    address = os.environ.get("YIPAN_OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
    parts: dict[str, Any] = dict(conninfo_to_dict(address))
    password = str(parts.pop("password", "") or "")
    schema = os.environ.get("YIPAN_SCHEMA", "")
    # The identity vault shows its rows (encrypted) only to a session that opens it: a dump must hold them.
    options = "-c yipan.vault=open"
    environment = os.environ | {"PGOPTIONS": options} | ({"PGPASSWORD": password} if password else {})
    line = [str(find_program().folder / name), f"--dbname={make_conninfo(**parts)}", *arguments]
    if schema and name == "pg_dump":
        line.append(f"--schema={schema}")
    answer = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        raise DatabaseProblem(f"{name} failed: {answer.stderr.strip()[-1500:]}")
