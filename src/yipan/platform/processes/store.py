"""The two statements of a step: one locks instance, task and chain head, one writes everything.

Locking: instance first, then task, always in this order. Both must be locked: whoever waited for the instance gets the
new version of locked rows only, and would otherwise still see the task as it was before.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.platform import records
from yipan.platform.records import GENESIS, Head, prepared, sql

from .domain.delta import Delta, Row

CHILD = "instance"
_CHAIN_OF = f"""c.kind = CASE WHEN h.parent_id IS NULL THEN h.subject_kind ELSE '{CHILD}' END
        AND c.key = CASE WHEN h.parent_id IS NULL THEN h.subject_id ELSE h.id::text END"""
_INSTANCE = """i.id, i.definition_id, i.subject_kind, i.subject_id, i.item_key, i.business_key, i.status, i.state,
    i.format, i.clock_stopped, i.started_at, i.ended_at, i.applicant_person_id, i.applicant_entity_id, i.parent_id,
    i.parent_call"""

_LOCK = (
    """
WITH held AS MATERIALIZED (
    SELECT {columns}, {extra}
    FROM processes_instance i {join}
    WHERE {where}
    {limit}
    FOR UPDATE OF {tables} {skip}
), chain AS MATERIALIZED (
    SELECT c.seq, c.head FROM records_chain c JOIN held h ON """
    + _CHAIN_OF
    + """
    FOR UPDATE OF c
)
SELECT h.*, chain.seq, chain.head, clock_timestamp(),
    (SELECT row_to_json(k) FROM processes_command k WHERE k.key = %(command)s AND %(command)s <> '')
FROM held h LEFT JOIN chain ON true
"""
)
LOCK_TASK = _LOCK.format(
    columns=_INSTANCE, extra="to_jsonb(t)", join="JOIN processes_task t ON t.instance_id = i.id",
    where="t.id = %(id)s", limit="", tables="i, t", skip="",
)  # fmt: skip
LOCK_INSTANCE = _LOCK.format(
    columns=_INSTANCE, extra="NULL::jsonb", join="", where="i.id = %(id)s", limit="", tables="i", skip=""
)
LOCK_DUE_TIMER = _LOCK.format(
    columns=_INSTANCE, extra="to_jsonb(m)", join="JOIN processes_timer m ON m.instance_id = i.id",
    where="m.due_at <= %(now)s AND (m.next_try IS NULL OR m.next_try <= %(now)s) AND i.status = 'running'",
    limit="ORDER BY m.due_at, m.id LIMIT 1", tables="i, m", skip="SKIP LOCKED",
)  # fmt: skip


@dataclass(slots=True)
class Held:
    """A locked instance with the row that was asked for (a task or a timer), the head of the subject's chain and the
    database's clock; ``command`` is the answer of an earlier command with the same key."""

    id: int
    definition_id: int
    subject: tuple[str, str]
    item_key: str
    business_key: str
    status: str
    state: dict[str, Any]
    format: int
    clock_stopped: bool
    started_at: datetime
    ended_at: datetime | None
    applicant_person_id: int | None
    applicant_entity_id: int | None
    parent_id: int | None
    parent_call: str
    row: Row | None
    head: Head
    recorded_at: datetime
    command: Row | None
    new: bool = False

    @property
    def chain(self) -> tuple[str, str]:
        """The chain of its acts: the subject's; called processes and parts have their own, so that they do not wait
        for each other."""
        return self.subject if self.parent_id is None else (CHILD, str(self.id))


def lock(statement: str, **params: Any) -> Held | None:
    """Lock one instance with one of the statements above; None when there is none (or, for timers, none is due)."""
    rows = prepared.execute(statement, {"command": ""} | params)
    if not rows:
        return None
    (id_, definition, kind, subject, item, business, status, state, format_, stopped, started, ended, person, entity,
     parent, call, row, seq, head, recorded_at, command) = rows[0]  # fmt: skip
    state = _json(state)
    if format_ != engine.FORMAT:  # written by an older version; the next step writes it anew
        state, format_ = engine.upgrade(state), engine.FORMAT
    return Held(
        id_, definition, (kind, subject), item, business, status, state, format_, stopped, started, ended,
        person, entity, parent, call, _json(row), _head(seq, head), recorded_at, _json(command),
    )  # fmt: skip


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _head(seq: int | None, head: Any) -> Head:
    return Head(0, GENESIS) if seq is None else Head(seq, bytes(head))


_RESERVE = """
WITH chain AS MATERIALIZED (
    SELECT c.seq, c.head FROM records_chain c WHERE c.kind = %(kind)s AND c.key = %(subject)s FOR UPDATE
)
SELECT nextval(pg_get_serial_sequence('processes_instance', 'id')), chain.seq, chain.head, clock_timestamp(),
    (SELECT d.id FROM processes_definition d WHERE d.key = %(definition)s
        AND (%(version)s::int IS NULL OR d.version = %(version)s)
        AND (%(tag)s::text = '' OR d.version_tag = %(tag)s)
        AND (%(as_of)s::bigint IS NULL
            OR d.deployed_at <= (SELECT o.deployed_at FROM processes_definition o WHERE o.id = %(as_of)s))
        ORDER BY d.version DESC LIMIT 1),
    (SELECT i.id FROM processes_instance i WHERE i.start_key = %(start_key)s)
FROM (SELECT 1) AS one LEFT JOIN chain ON true
"""


def reserve(
    *,
    definition_key: str,
    version: int | None,
    chain: tuple[str, str] | None,
    start_key: str,
    tag: str = "",
    as_of: int | None = None,
) -> tuple[int, Head, datetime, int | None, int | None]:
    """For a new instance: its id, the locked head of the subject's ``chain`` (None: it begins a chain of its own), the
    database's clock, the id of the version to run, and the id of an instance already started with this key."""
    ((id_, seq, head, recorded_at, definition, started),) = prepared.execute(
        _RESERVE,
        {"kind": chain[0] if chain else "", "subject": chain[1] if chain else "", "definition": definition_key,
         "version": version, "start_key": start_key or None, "tag": tag, "as_of": as_of},
    )  # fmt: skip
    return id_, _head(seq, head), recorded_at, definition, started


# -- writing ---------------------------------------------------------------------------------------------------------
TASK_COLUMNS = {
    "key": "text", "element_id": "text", "name": "text", "kind": "text", "act": "text", "form": "text",
    "opinion_column": "text", "outcomes": "text[]", "status": "text", "roles": "text[]", "persons": "bigint[]",
    "unit_key": "text", "excluded": "bigint[]", "person_id": "bigint", "person_name": "text",
    "opened_at": "timestamptz", "claimed_at": "timestamptz", "due_at": "timestamptz", "limit_text": "text",
    "ended_at": "timestamptz", "outcome": "text", "done_by": "bigint", "done_by_account": "bigint",
    "done_by_name": "text", "on_behalf": "bigint", "on_behalf_name": "text", "done_key": "text",
    "parent_key": "text", "returned_from": "text", "applicant_step": "boolean", "clock_stopped": "boolean",
}  # fmt: skip
ENTRY_COLUMNS = {
    "box": "text", "holder": "text", "sort_at": "timestamptz", "task_key": "text", "item_key": "text",
    "excluded": "bigint[]", "by_name": "text", "at": "timestamptz",
}  # fmt: skip
TIMER_COLUMNS = {"key": "text", "element_id": "text", "due_at": "timestamptz"}
SUBSCRIPTION_COLUMNS = {"key": "text", "element_id": "text", "kind": "text", "name": "text", "correlation": "text"}
INSTANCE_COLUMNS = {
    "id": "bigint", "definition_id": "bigint", "subject_kind": "text", "subject_id": "text", "item_key": "text",
    "business_key": "text", "status": "text", "state": "jsonb", "format": "smallint", "clock_stopped": "boolean",
    "started_at": "timestamptz", "ended_at": "timestamptz", "started_by": "bigint", "started_by_name": "text",
    "applicant_person_id": "bigint", "applicant_entity_id": "bigint", "parent_id": "bigint", "parent_call": "text",
    "start_key": "text",
}  # fmt: skip
COMMAND_COLUMNS = {"key": "text", "kind": "text", "account_id": "bigint", "at": "timestamptz", "answer": "jsonb"}


def _rows(param: str, columns: dict[str, str]) -> str:
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"json_to_recordset(%({param})s::json) AS x({typed})"


def _insert(name: str, table: str, columns: dict[str, str], *, fixed: str = "instance_id", more: str = "") -> str:
    names = ", ".join(columns)
    picked = ", ".join(f"x.{column}" for column in columns)
    head, value = (f"{fixed}, ", "%(instance)s, ") if fixed else ("", "")
    extra, extra_value = (", attempts, last_error", ", 0, ''") if table == "processes_timer" else ("", "")
    return (
        f"{name} AS (INSERT INTO {table} ({head}{names}{extra}) SELECT {value}{picked}{extra_value} "
        f"FROM {_rows(name, columns)} {more})"
    )


_NEW_INSTANCE = _insert("w_instance", "processes_instance", INSTANCE_COLUMNS, fixed="")
_SET_INSTANCE = """w_instance AS (
    UPDATE processes_instance SET state = %(state)s::jsonb, format = %(format)s, status = %(status)s,
        clock_stopped = %(clock_stopped)s, ended_at = %(ended_at)s, definition_id = %(definition)s
    WHERE id = %(instance)s
)"""
_NEW_TASKS = _insert("w_tasks", "processes_task", TASK_COLUMNS, more="RETURNING id, key")
_SET_TASKS = f"""w_changes AS (
    UPDATE processes_task t SET {", ".join(f"{c} = p.{c}" for c in TASK_COLUMNS if c != "key")}
    FROM processes_task o
        JOIN json_to_recordset(%(w_changes)s::json) AS x(key text, changes jsonb) ON x.key = o.key,
        LATERAL jsonb_populate_record(o, x.changes) p
    WHERE o.instance_id = %(instance)s AND t.id = o.id
)"""
_TIMERS = _insert(
    "w_timers", "processes_timer", TIMER_COLUMNS,
    more="ON CONFLICT (instance_id, key) DO UPDATE SET due_at = excluded.due_at, next_try = NULL, attempts = 0, "
    "element_id = excluded.element_id",
)  # fmt: skip
_TIMERS_GONE = (
    "w_timers_gone AS (DELETE FROM processes_timer WHERE instance_id = %(instance)s AND key = ANY(%(w_timers_gone)s))"
)
_SUBSCRIPTIONS = _insert(
    "w_subs", "processes_subscription", SUBSCRIPTION_COLUMNS,
    more="ON CONFLICT (instance_id, key) DO UPDATE SET element_id = excluded.element_id",
)  # fmt: skip
_SUBSCRIPTIONS_GONE = """w_subs_gone AS (
    DELETE FROM processes_subscription WHERE instance_id = %(instance)s AND key = ANY(%(w_subs_gone)s)
)"""
_ENTRIES_GONE = """w_entries_gone AS (
    DELETE FROM processes_entry WHERE instance_id = %(instance)s AND box = 'todo' AND task_key = ANY(%(w_entries_gone)s)
)"""
_ENTRIES = _insert("w_entries", "processes_entry", ENTRY_COLUMNS)
_REDATED = """w_redated AS (
    UPDATE processes_entry e SET sort_at = x.at
    FROM json_to_recordset(%(w_redated)s::json) AS x(key text, at timestamptz)
    WHERE e.instance_id = %(instance)s AND e.box = 'todo' AND e.task_key = x.key
)"""
_HANDLED = _insert(
    "w_handled", "processes_entry", ENTRY_COLUMNS,
    more="ON CONFLICT (holder, instance_id) WHERE box IN ('done', 'concluded') "
    "DO UPDATE SET box = excluded.box, sort_at = excluded.sort_at, at = excluded.at, task_key = excluded.task_key",
)  # fmt: skip
# Lines of people who handled it before; those who handle it in this statement are written by w_handled.
_CONCLUDED = """w_concluded AS (
    UPDATE processes_entry SET box = 'concluded', sort_at = %(ended_at)s
    WHERE instance_id = %(instance)s AND box = 'done' AND holder <> ALL(%(w_concluded)s)
)"""
# Whoever waits for the instance must find the chain's row, or he would begin the chain a second time.
_CHAIN = """w_chain AS (
    INSERT INTO records_chain (kind, key, seq, head, base) VALUES (%(c_kind)s, %(c_key)s, 0, %(c_head)s, %(c_head)s)
    ON CONFLICT DO NOTHING
)"""
_COMMAND = _insert("w_command", "processes_command", COMMAND_COLUMNS)


@dataclass(slots=True)
class Writing:
    """Everything a step leaves behind, for one statement."""

    held: Held
    delta: Delta
    handled: list[Row]
    lines: list[Row]
    command: Row | None
    acts: list[records.NewAct]
    events: list[records.Event]
    outbox: list[records.Message]
    new_instance: Row | None = None


def write(writing: Writing) -> dict[str, int]:
    """Write a step; ids of new tasks by the engine's key. Fails when somebody else moved the chain meanwhile."""
    held, delta = writing.held, writing.delta
    parts: list[str] = []
    params: dict[str, Any] = {"instance": held.id}

    def add(text: str, name: str = "", value: Any = None) -> None:
        parts.append(text)
        if name:
            params[name] = value

    if writing.new_instance is not None:
        add(_NEW_INSTANCE, "w_instance", _dump([writing.new_instance]))
        if held.head.seq == 0 and not writing.acts:
            params |= {"c_kind": held.chain[0], "c_key": held.chain[1], "c_head": GENESIS}
            add(_CHAIN)
    else:
        params |= {
            "state": _dump(held.state), "format": held.format, "status": held.status, "ended_at": held.ended_at,
            "clock_stopped": held.clock_stopped, "definition": held.definition_id,
        }  # fmt: skip
        add(_SET_INSTANCE)
    if delta.new_tasks:
        add(_NEW_TASKS, "w_tasks", _dump(list(delta.new_tasks.values())))
    if delta.task_changes:
        changed = [{"key": key, "changes": changes} for key, changes in delta.task_changes.items()]
        add(_SET_TASKS, "w_changes", _dump(changed))
    if delta.timers:
        add(_TIMERS, "w_timers", _dump(list(delta.timers.values())))
    if delta.timers_gone:
        add(_TIMERS_GONE, "w_timers_gone", sorted(delta.timers_gone))
    if delta.subscriptions:
        add(_SUBSCRIPTIONS, "w_subs", _dump(list(delta.subscriptions.values())))
    if delta.subscriptions_gone:
        add(_SUBSCRIPTIONS_GONE, "w_subs_gone", sorted(delta.subscriptions_gone))
    _lists(writing, add, params)
    if writing.command is not None:
        add(_COMMAND, "w_command", _dump([writing.command]))
    made = sql.insert_ctes(
        acts=writing.acts, events=writing.events, outbox=writing.outbox,
        heads={held.chain: held.head}, recorded_at=held.recorded_at,
    )  # fmt: skip
    if made.text:
        parts.append(made.text)
    final = "SELECT id, key FROM w_tasks" if delta.new_tasks else "SELECT NULL, NULL"
    rows = prepared.execute(f"WITH {', '.join(parts)} {final}", params | made.params)
    return {key: id_ for id_, key in rows if key is not None}


def _lists(writing: Writing, add: Any, params: dict[str, Any]) -> None:
    held, delta = writing.held, writing.delta
    old = sorted(key for key in delta.relist if key not in delta.new_tasks)
    if old:
        add(_ENTRIES_GONE, "w_entries_gone", old)
    lines = delta.entries() + writing.lines
    if lines:
        add(_ENTRIES, "w_entries", _dump(lines))
    redated = {key: at for key, at in delta.redated.items() if key not in delta.relist}
    if redated:
        add(_REDATED, "w_redated", _dump([{"key": key, "at": at} for key, at in redated.items()]))
    if writing.handled:
        add(_HANDLED, "w_handled", _dump(writing.handled))
    if held.ended_at is not None and writing.new_instance is None:
        params["ended_at"] = held.ended_at
        add(_CONCLUDED, "w_concluded", [row["holder"] for row in writing.handled])


_dump = json.JSONEncoder(ensure_ascii=False, default=str).encode
