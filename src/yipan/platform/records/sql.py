"""SQL building blocks: acts, chain heads, payloads, events, deliveries and outbox rows in one statement.

A writer that has its own rows to write (the engine) adds our CTEs to its own statement and saves round trips::

    parts = sql.insert_ctes(acts=[…], events=[…], outbox=[…], heads=heads, recorded_at=database_now)
    cursor.execute(f"WITH mine AS (…), {parts.text} SELECT … ", {**mine, **parts.params})

Every value travels in one JSON parameter per table, so the text of the statement depends only on which tables are
touched and PostgreSQL can keep its plan. Result CTEs: ``r_new(n, id)`` acts in order, ``r_event(n, id)``,
``r_outbox(id, key)``.
"""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import crypto, subscriptions
from .domain import digests
from .domain.values import Act, Actor, ChainKey, Event, Head, Message, NewAct

_ACT_COLUMNS = {
    "chain_kind": "text", "chain_key": "text", "seq": "bigint", "verb": "text", "subject_kind": "text",
    "subject_id": "text", "from_state": "text", "to_state": "text", "account_id": "bigint", "person_id": "bigint",
    "actor_name": "text", "unit_id": "bigint", "unit_name": "text", "post_id": "bigint", "post_name": "text",
    "deputy_for_id": "bigint", "deputy_for_name": "text", "channel": "text", "ip": "text", "request_id": "text",
    "at": "timestamptz", "recorded_at": "timestamptz",
}  # fmt: skip
EVENT_COLUMNS = {
    "kind": "text", "subject_kind": "text", "subject_id": "text", "item_key": "text", "process_key": "text",
    "process_version": "integer", "instance_id": "text", "task_id": "text", "element_id": "text",
    "element_name": "text", "lifecycle": "text", "enabled_at": "timestamptz", "claimed_at": "timestamptz",
    "started_at": "timestamptz", "completed_at": "timestamptz", "account_id": "bigint", "person_id": "bigint",
    "actor_name": "text", "role": "text", "unit_id": "bigint", "unit_name": "text", "at": "timestamptz",
    "clock_stopped": "boolean", "applicant_step": "boolean", "payload": "jsonb",
}  # fmt: skip


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(columns)


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


_ACTS = f"""r_new AS MATERIALIZED (
    SELECT nextval('records_act_id_seq') AS id, x.* FROM json_to_recordset(%(r_acts)s::json)
        AS x(n int, {_typed(_ACT_COLUMNS)}, payload_digest text, prev text, head text, salt text, body text)
), r_act AS (
    INSERT INTO records_act (id, {_names(_ACT_COLUMNS)}, payload_digest, prev, head)
    SELECT id, {_names(_ACT_COLUMNS)}, decode(payload_digest, 'hex'), decode(prev, 'hex'), decode(head, 'hex')
    FROM r_new ORDER BY n
), r_payload AS (
    INSERT INTO records_act_payload (act_id, at, salt, body)
    SELECT id, at, decode(salt, 'hex'), body FROM r_new ORDER BY n
), r_chain AS (
    INSERT INTO records_chain AS c (kind, key, seq, head, base)
    SELECT kind, key, seq, decode(head, 'hex'), decode(base, 'hex')
    FROM json_to_recordset(%(r_chains)s::json) AS x(kind text, key text, seq bigint, head text, base text)
    ORDER BY kind, key
    ON CONFLICT (kind, key) DO UPDATE SET seq = excluded.seq, base = excluded.base,
        head = CASE WHEN c.head = excluded.base THEN excluded.head END
)"""

_EVENTS = f"""r_event_new AS MATERIALIZED (
    SELECT nextval('records_event_id_seq') AS id, x.* FROM json_to_recordset(%(r_events)s::json)
        AS x(n int, {_typed(EVENT_COLUMNS)})
), r_event AS (
    INSERT INTO records_event (id, {_names(EVENT_COLUMNS)})
    SELECT id, {_names(EVENT_COLUMNS)} FROM r_event_new ORDER BY n
)"""
# An INSERT of rows of r_event_new cannot hand back n; who needs ids of events reads r_event_new(n, id).
_DELIVERIES = """r_delivery AS (
    INSERT INTO records_delivery (event_id, event_at, subscriber)
    SELECT e.id, e.at, s.subscriber FROM r_event_new e
    JOIN json_to_recordset(%(r_subscribers)s::json) AS s(kind text, subscriber text) ON s.kind = e.kind
    ORDER BY e.n
)"""

_OUTBOX = """r_outbox AS (
    INSERT INTO records_outbox (channel, key, subject_kind, subject_id, payload, state, at)
    SELECT channel, key, subject_kind, subject_id, payload, state, at FROM json_to_recordset(%(r_outbox)s::json)
        AS x(channel text, key text, subject_kind text, subject_id text, payload jsonb, state text, at timestamptz)
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key
)"""


@dataclass(frozen=True, slots=True)
class Parts:
    """``text`` goes after WITH (no leading or trailing comma; empty when nothing is written), ``params`` beside your
    own parameters. ``acts`` have id 0 until :meth:`with_ids` gets ``SELECT id FROM r_new ORDER BY n``."""

    text: str
    params: dict[str, str]
    acts: list[Act] = field(default_factory=list)

    def with_ids(self, ids: Sequence[int]) -> list[Act]:
        return [dataclasses.replace(act, id=id_) for act, id_ in zip(self.acts, ids, strict=True)]


def insert_ctes(
    *,
    acts: Sequence[NewAct] = (),
    events: Sequence[Event] = (),
    outbox: Sequence[Message] = (),
    heads: Mapping[ChainKey, Head] | None = None,
    recorded_at: dt.datetime | None = None,
) -> Parts:
    """CTEs that write everything given. ``heads``: the locked heads of all chains of ``acts`` (a chain that does not
    exist yet: ``Head(0, GENESIS)``); ``recorded_at``: the database's clock, read in the locking statement."""
    texts: list[str] = []
    params: dict[str, str] = {}
    made: list[Act] = []
    if acts:
        if recorded_at is None:
            raise ValueError("recorded_at (the database's clock) is needed to record acts")
        rows, chains, made = link(acts, heads or {}, recorded_at)
        texts.append(_ACTS)
        params |= {"r_acts": digests.canonical(rows), "r_chains": digests.canonical(chains)}
    if events:
        texts.append(_EVENTS)
        params["r_events"] = digests.canonical([{"n": n} | event_row(event) for n, event in enumerate(events)])
        subscribers = subscriptions.of_kinds({event.kind for event in events})
        if subscribers:
            texts.append(_DELIVERIES)
            params["r_subscribers"] = digests.canonical(
                [{"kind": kind, "subscriber": name} for kind, name in subscribers]
            )
    if outbox:
        texts.append(_OUTBOX)
        params["r_outbox"] = digests.canonical([message_row(message) for message in outbox])
    return Parts(", ".join(texts), params, made)


def link(
    acts: Sequence[NewAct], heads: Mapping[ChainKey, Head], recorded_at: dt.datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Act]]:
    """Put acts on their chains: rows of acts with payloads, rows of chains, and the acts as they will be recorded."""
    hash_ = crypto.current().digest
    tips = dict(heads)
    rows: list[dict[str, Any]] = []
    made: list[Act] = []
    for n, act in enumerate(acts):
        chain = act.chain_key
        if chain not in tips:
            raise LookupError(f"chain {chain[0]}/{chain[1]} is not locked")
        tip = tips[chain]
        salt = secrets.token_bytes(16)
        body = digests.payload_text(act.reason, act.payload)
        digest = digests.payload_digest(hash_, salt, body)
        row = _act_row(act, tip.seq + 1, recorded_at)
        head = digests.head_of(hash_, row, tip.head, digest)
        extra = {"payload_digest": digest, "prev": tip.head, "head": head, "salt": salt, "body": body}
        rows.append({"n": n, **row, **extra})
        tips[chain] = Head(tip.seq + 1, head)
        made.append(Act(0, chain, tip.seq + 1, head, act.at, recorded_at))
    chains = [
        {"kind": kind, "key": key, "seq": tips[kind, key].seq, "head": tips[kind, key].head, "base": tip.head}
        for (kind, key), tip in sorted(heads.items())
        if tips[kind, key].seq != tip.seq
    ]
    return rows, chains, made


def _act_row(act: NewAct, seq: int, recorded_at: dt.datetime) -> dict[str, Any]:
    actor = act.actor
    return {
        "chain_kind": act.chain[0],
        "chain_key": str(act.chain[1]),
        "seq": seq,
        "verb": act.verb,
        "subject_kind": act.subject[0],
        "subject_id": str(act.subject[1]),
        "from_state": act.from_state,
        "to_state": act.to_state,
        **_who(actor),
        "post_id": actor.post_id,
        "post_name": actor.post_name,
        "deputy_for_id": actor.deputy_for_id,
        "deputy_for_name": actor.deputy_for_name,
        "channel": actor.channel,
        "ip": actor.ip,
        "request_id": actor.request_id,
        "at": act.at,
        "recorded_at": recorded_at,
    }


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "account_id": actor.account_id,
        "person_id": actor.person_id,
        "actor_name": actor.name,
        "unit_id": actor.unit_id,
        "unit_name": actor.unit_name,
    }


def event_row(event: Event) -> dict[str, Any]:
    """An event as a row of the event table (without its id)."""
    row = {name: getattr(event, name) for name in EVENT_COLUMNS if hasattr(event, name)}
    return row | _who(event.actor) | {"subject_id": str(event.subject_id), "role": event.role or event.actor.post_name}


def message_row(message: Message) -> dict[str, Any]:
    """A message as a row of the outbox; on simulated history it is journaled and never sent."""
    from .outbox import is_simulated

    return {
        "channel": message.channel,
        "key": message.key,
        "subject_kind": message.subject[0],
        "subject_id": str(message.subject[1]),
        "payload": message.payload,
        "state": "simulated" if is_simulated() else "queued",
        "at": message.at,
    }
