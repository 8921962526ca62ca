"""Recording acts: lock the chains, link the digests, write everything with one statement."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from . import sql
from .domain import GENESIS, Act, Actor, Head, NewAct
from .domain.values import ChainKey

BATCH = 2000


def lock_chains(keys: Collection[tuple[str, object]]) -> tuple[dict[ChainKey, Head], dt.datetime]:
    """Lock chains in key order until the transaction ends (missing ones are made); their heads and the database's
    clock. The order is always the same, so two writers of several chains cannot wait for each other."""
    wanted = sorted({(kind, str(key)) for kind, key in keys})
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("chains are locked inside a transaction")
    kinds, names = [kind for kind, _ in wanted], [key for _, key in wanted]
    heads, now = _lock(kinds, names)
    if len(heads) < len(wanted):
        # Nothing is locked yet: making chains while holding later ones would turn the order around.
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO records_chain (kind, key, seq, head, base) SELECT kind, key, 0, %s, %s "
                'FROM unnest(%s::text[], %s::text[]) AS x(kind, key) ORDER BY kind COLLATE "C", key COLLATE "C" '
                "ON CONFLICT DO NOTHING",
                [GENESIS, GENESIS, kinds, names],
            )
        heads, now = _lock(kinds, names)
    return heads, now


# All or none are locked, one after the other above the sort; the clock is read after the last lock was granted.
_LOCK = """
WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS x(kind, key)),
there AS MATERIALIZED (SELECT count(*) AS n FROM records_chain c JOIN wanted w ON c.kind = w.kind AND c.key = w.key),
locked AS MATERIALIZED (
    SELECT c.kind, c.key, c.seq, c.head FROM records_chain c JOIN wanted w ON c.kind = w.kind AND c.key = w.key
    WHERE (SELECT n FROM there) = %s
    ORDER BY c.kind COLLATE "C", c.key COLLATE "C" FOR UPDATE OF c
)
SELECT clock_timestamp(), l.* FROM (SELECT count(*) FROM locked) AS all_locked LEFT JOIN locked l ON true
"""


def _lock(kinds: list[str], names: list[str]) -> tuple[dict[ChainKey, Head], dt.datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [kinds, names, len(kinds)])
        rows = cursor.fetchall()
    heads = {(kind, key): Head(seq, bytes(head)) for _, kind, key, seq, head in rows if kind is not None}
    return heads, rows[-1][0]


def act(
    *,
    chain: tuple[str, object],
    verb: str,
    actor: Actor,
    at: dt.datetime,
    subject: tuple[str, object],
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    payload: Mapping[str, Any] | None = None,
) -> Act:
    """Append one act to ``chain`` inside the caller's transaction (two statements).

    ``at`` is the business time (aware); the database's clock is recorded beside it. ``reason`` and ``payload`` are
    stored apart and can be erased later by ``records.actions.erase_payload`` without breaking the chain.
    """
    new = NewAct(chain, verb, actor, at, subject, from_state, to_state, reason, payload or {})
    return act_many([new])[0]


def act_many(acts: Sequence[NewAct]) -> list[Act]:
    """Append many acts, in their order, inside the caller's transaction; equal row for row to single calls."""
    made: list[Act] = []
    for start in range(0, len(acts), BATCH):
        batch = acts[start : start + BATCH]
        heads, recorded_at = lock_chains({new.chain for new in batch})
        parts = sql.insert_ctes(acts=batch, heads=heads, recorded_at=recorded_at)
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {parts.text} SELECT id FROM r_new ORDER BY n", parts.params)
            made += parts.with_ids([row[0] for row in cursor.fetchall()])
    return made
