"""The nightly signed root over all chain heads that changed, the new part of the access log, and the last root.

Each root is also appended to a witness file outside the database (``records-roots.jsonl`` in the key folder), so that
a database whose newest roots were cut off does not pass as whole. Copy that file elsewhere as well.
"""

import datetime as dt
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from . import crypto
from .domain import digests
from .founding import installation

# Rows of the access log carry the clock of their insertion; a transaction that is still open may add rows that are
# this much older than now. Rows newer than that wait for the next root.
SETTLED = dt.timedelta(hours=1)
ACCESS = "access-log"
_ACCESS_COLUMNS = (
    "id, account_id, person_id, actor_name, unit_id, unit_name, ip, request_id, subject_kind, subject_id, fields, "
    "purpose, at"
)


@dataclass(frozen=True, slots=True)
class NewRoot:
    """What a run has made; ``number`` starts at 1."""

    number: int
    leaves: int
    root: bytes


def make(*, settled: dt.timedelta = SETTLED) -> NewRoot | None:
    """Sign a root now (run nightly by the worker). None when nothing has changed since the last one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records_root'))")
        cursor.execute(
            "SELECT number, root, access_until, clock_timestamp() FROM records_root ORDER BY number DESC LIMIT 1"
        )
        last = cursor.fetchone()
        number, previous, since = (last[0] + 1, bytes(last[1]), last[2]) if last else (1, digests.GENESIS, None)
        cursor.execute("SELECT clock_timestamp()")
        now = cursor.fetchone()[0]
        until = max(now - settled, since) if since else now - settled
        leaves = _changed_heads(cursor)
        access = _access_leaf(since, until)
        if access:
            leaves.append(access)
        if not leaves:
            return None
        hash_ = crypto.current().digest
        root = digests.merkle_root(hash_, [digests.leaf(hash_, *leaf) for leaf in leaves])
        signature = crypto.current().sign(digests.root_statement(number, now, previous, root, len(leaves)))
        _, public_key = crypto.current().public_key(signature.key_id)
        cursor.execute(
            "INSERT INTO records_root (number, at, previous, root, leaves, access_until, key_id, public_key, "
            "signature) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [number, now, previous, root, len(leaves), until, signature.key_id, public_key, signature.value],
        )
        cursor.executemany(
            "INSERT INTO records_root_leaf (root_number, position, kind, key, seq, head) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [(number, position, *leaf) for position, leaf in enumerate(leaves)],
        )
        cursor.execute(
            "UPDATE records_chain c SET rooted_seq = l.seq FROM records_root_leaf l "
            "WHERE l.root_number = %s AND l.kind = c.kind AND l.key = c.key AND l.kind <> %s",
            [number, ACCESS],
        )
        witness_line = {"installation": _identity(), "number": number, "at": now, "root": root, "key": signature.key_id}
        transaction.on_commit(lambda: _append_witness(witness_line))
    return NewRoot(number, len(leaves), root)


def _identity() -> str:
    return str(installation().id or "")


def _changed_heads(cursor: Any) -> list[tuple[str, str, int, bytes]]:
    # Locked until the root is committed: a writer that comes now waits some milliseconds and enters the next root.
    cursor.execute(
        'SELECT kind, key, seq, head FROM records_chain WHERE seq > rooted_seq ORDER BY kind COLLATE "C", '
        'key COLLATE "C" FOR UPDATE'
    )
    return [(kind, key, seq, bytes(head)) for kind, key, seq, head in cursor.fetchall()]


def _access_leaf(since: dt.datetime | None, until: dt.datetime) -> tuple[str, str, int, bytes] | None:
    count, digest = access_digest(since, until)
    if not count:
        return None
    start = digests.instant(since) if since else ""
    return (ACCESS, f"{start}/{digests.instant(until)}", count, digest)


def access_digest(since: dt.datetime | None, until: dt.datetime) -> tuple[int, bytes]:
    """Number and digest of the access rows with ``since`` < at ≤ ``until``, read in pieces."""
    running, count = digests.GENESIS, 0
    hash_ = crypto.current().digest
    with connection.cursor() as cursor:
        position: tuple[Any, int] = (since or dt.datetime(1, 1, 2, tzinfo=dt.UTC), 2**63 - 1)
        while True:
            cursor.execute(
                f"SELECT {_ACCESS_COLUMNS} FROM records_access WHERE (at, id) > (%s, %s) AND at <= %s "
                "ORDER BY at, id LIMIT 5000",
                [*position, until],
            )
            rows = cursor.fetchall()
            if not rows:
                return count, running
            running = hash_(running + b"".join(digests.access_line(row) for row in rows))
            count += len(rows)
            position = (rows[-1][-1], rows[-1][0])


def witness_path() -> Path:
    return Path(os.environ.get("YIPAN_WITNESS", Path(settings.YIPAN_KEYS) / "records-roots.jsonl"))


def _append_witness(line: dict[str, Any]) -> None:
    path = witness_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(digests.canonical(line) + "\n")


def witnessed() -> dict[int, str]:
    """Root number → root (hex) of this installation as the witness file has them."""
    path = witness_path()
    identity = _identity()
    if not path.exists() or not uuid_like(identity):
        return {}
    found: dict[int, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["installation"] == identity:
            found[entry["number"]] = entry["root"]
    return found


def uuid_like(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
