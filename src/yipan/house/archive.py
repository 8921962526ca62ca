"""Backup and restore: database dump, files and a manifest with digests, in one tar archive.

The dump is taken first; files are immutable and only ever added, so copying them afterwards holds everything the dump
refers to. Keys are not part of the archive: whoever has the archive alone cannot read the identity vault.
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yipan import __version__

from . import places
from .database import DatabaseProblem, find_program

MANIFEST = "manifest.json"


def _owner_address() -> str:
    return os.environ.get("YIPAN_OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]


def _tool(name: str, *arguments: str) -> None:
    """Run a PostgreSQL client program; the password goes by environment, not by command line."""
    parts: dict[str, Any] = dict(conninfo_to_dict(_owner_address()))
    password = str(parts.pop("password", "") or "")
    # The identity vault shows its rows (encrypted) only to a session that opens it: a dump must hold them.
    environment = os.environ | {"PGOPTIONS": "-c yipan.vault=open"} | ({"PGPASSWORD": password} if password else {})
    command = [str(find_program().folder / name), f"--dbname={make_conninfo(**parts)}", *arguments]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        raise DatabaseProblem(f"{name} failed: {answer.stderr.strip()[-1500:]}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_backup(target: Path | None = None) -> Path:
    """Write the archive (mode 0600) and return its path; an unfinished one never carries the final name."""
    where = places.current()
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    target = target or where.home / "backups" / f"yipan-{stamp}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / "database.dump"
        _tool("pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges", f"--file={dump}")
        stored = sorted(p for p in where.files.rglob("*") if p.is_file())
        manifest = {
            "product": "yipan",
            "version": __version__,
            "written_at": stamp,
            "postgres": find_program().major,
            "digests": {"database.dump": _digest(dump)}
            | {f"files/{p.relative_to(where.files)}": _digest(p) for p in stored},
        }
        (Path(folder) / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1))
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
            archive.add(Path(folder) / MANIFEST, MANIFEST)
            archive.add(dump, "database.dump")
            for path in stored:
                archive.add(path, f"files/{path.relative_to(where.files)}")
    unfinished.replace(target)
    return target


def restore_backup(source: Path) -> None:
    """Load an archive into an empty installation; refuses a damaged archive and a database that is not empty."""
    where = places.current()
    with tempfile.TemporaryDirectory(dir=where.home) as name:
        folder = Path(name)
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text())
        for entry, digest in manifest["digests"].items():
            if not (folder / entry).is_file() or _digest(folder / entry) != digest:
                raise DatabaseProblem(f"The archive is damaged: {entry} does not match its digest. Nothing was loaded.")
        _refuse_filled_database()
        _tool("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
              str(folder / "database.dump"))  # fmt: skip
        for entry in manifest["digests"]:
            if entry.startswith("files/"):
                target = where.files / entry.removeprefix("files/")
                target.parent.mkdir(parents=True, exist_ok=True)
                (folder / entry).replace(target)


def _refuse_filled_database() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        if cursor.fetchone()[0]:
            raise DatabaseProblem("This installation already has data. Restore into an empty one (set YIPAN_DATA).")
