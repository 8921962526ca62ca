"""Messages that leave the database: queued in the transaction that causes them, sent by the worker afterwards.

States: queued → sending → sent → received → confirmed, or dead after the last attempt. "Sent" means that the other
side took the message, "received" that it said so about the addressee, "confirmed" that a person or system acted on
it. Messages of simulated history are journaled as "simulated" and never sent.
"""

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from . import sql
from .domain import Message
from .events import back_off, tell_dead

LEASE_SECONDS = 120
ORDER = ("queued", "sending", "sent", "received", "confirmed")


class Rejected(Exception):
    """The other side refuses this message for good: it goes to the dead letters without further attempts."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender reports: the other side's id for the message, and how far it got."""

    remote_id: str = ""
    state: str = "sent"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a sender gets it; ``key`` must be passed on so that the other side can drop repeats."""

    id: int
    channel: str
    key: str
    payload: Mapping[str, Any]
    subject: tuple[str, str]
    at: dt.datetime
    attempt: int


Sender = Callable[[Outgoing], Sent | None]


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    sender: Sender
    attempts: int


_channels: dict[str, Channel] = {}
_simulated: ContextVar[bool] = ContextVar("records_simulated", default=False)


def register_channel(name: str, sender: Sender, *, attempts: int = 8) -> None:
    """Let the worker send messages of channel ``name`` by ``sender``; it raises Rejected for what can never work, any
    other exception is tried again (``attempts`` times, with growing pauses)."""
    _channels[name] = Channel(name, sender, attempts)


def channels() -> list[str]:
    return list(_channels)


@contextlib.contextmanager
def simulated() -> Iterator[None]:
    """While generating history on a demo clock: messages are journaled, not sent."""
    token = _simulated.set(True)
    try:
        yield
    finally:
        _simulated.reset(token)


def is_simulated() -> bool:
    return _simulated.get()


def queue(
    *,
    channel: str,
    key: str,
    at: dt.datetime,
    payload: Mapping[str, Any] | None = None,
    subject: tuple[str, object] = ("", ""),
) -> int | None:
    """Queue a message in the caller's transaction; its id, or None when ``key`` was queued before."""
    parts = sql.insert_ctes(outbox=[Message(channel, key, at, payload or {}, subject)])
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts.text} SELECT id FROM r_outbox", parts.params)
        row = cursor.fetchone()
    return row[0] if row else None


def send_due(limit: int = 50) -> int:
    """Run by the worker: send what is due; how many messages were tried."""
    tried = 0
    while tried < limit:
        message = _claim()
        if message is None:
            break
        _send(message)
        tried += 1
    return tried


def _claim() -> Outgoing | None:
    """Take one due message for LEASE_SECONDS: if this process dies meanwhile, another takes it over after that."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_outbox SET state = 'sending', attempts = attempts + 1, "
            "next_at = clock_timestamp() + make_interval(secs => %s) WHERE id = ("
            "SELECT id FROM records_outbox WHERE state IN ('queued', 'sending') AND next_at <= clock_timestamp() "
            "AND channel = ANY(%s) ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) "
            "RETURNING id, channel, key, payload, subject_kind, subject_id, at, attempts",
            [LEASE_SECONDS, channels()],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    id_, channel, key, payload, subject_kind, subject_id, at, attempts = found
    return Outgoing(id_, channel, key, json.loads(payload), (subject_kind, subject_id), at, attempts)


def _send(message: Outgoing) -> None:
    channel = _channels[message.channel]
    try:
        sent = channel.sender(message) or Sent()
    except Rejected as problem:
        _finish_badly(message, f"被拒绝: {problem}", dead=True)
    except Exception as problem:
        _finish_badly(message, f"{type(problem).__name__}: {problem}", dead=message.attempt >= channel.attempts)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_outbox SET remote_id = %s, last_error = '' WHERE id = %s", [sent.remote_id, message.id]
            )
        advance(message.id, sent.state)


def _finish_badly(message: Outgoing, error: str, *, dead: bool) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_outbox SET state = %s, last_error = %s, "
            "next_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s AND state = 'sending'",
            ["dead" if dead else "queued", error[:2000], back_off(message.attempt), message.id],
        )
        if dead and cursor.rowcount:
            tell_dead("outbox", message.id, message.channel, error[:500], message.subject, dt.datetime.now(dt.UTC))


def advance(outbox_id: int, state: str) -> bool:
    """Move a message forward to sent, received or confirmed (with the time); never backwards. True when it moved."""
    if state not in ("sent", "received", "confirmed"):
        raise ValueError(f"{state} is not a state a message can be moved to")
    earlier = ORDER[: ORDER.index(state)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE records_outbox SET state = %s, {state}_at = clock_timestamp(), "
            "sent_at = coalesce(sent_at, clock_timestamp()) WHERE id = %s AND state = ANY(%s)"
            if state != "sent"
            else "UPDATE records_outbox SET state = %s, sent_at = clock_timestamp() WHERE id = %s AND state = ANY(%s)",
            [state, outbox_id, list(earlier)],
        )
        return cursor.rowcount == 1


def receipt(channel: str, state: str, *, remote_id: str = "", key: str = "") -> bool:
    """A receipt of the other side about a message named by its own id or by our key. Repeats change nothing."""
    column, value = ("key", key) if key else ("remote_id", remote_id)
    if not value:
        raise ValueError("a receipt names the message by remote_id or by key")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM records_outbox WHERE channel = %s AND {column} = %s", [channel, value])
        found = cursor.fetchone()
    return found is not None and advance(found[0], state)


def undelivered(channel: str, reason: str, *, remote_id: str) -> bool:
    """The other side took a message and says now that it did not reach its addressee: to the dead letters, where a
    person sees it. Changes nothing when it is there already, or was confirmed. True when it moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_outbox SET state = 'dead', last_error = %s "
            "WHERE channel = %s AND remote_id = %s AND state IN ('sent', 'received')",
            [f"未送达：{reason}"[:2000], channel, remote_id],
        )
        return cursor.rowcount == 1


def known(channel: str, remote_id: str) -> bool:
    """Whether a message of this channel bears the other side's id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM records_outbox WHERE channel = %s AND remote_id = %s", [channel, remote_id])
        return cursor.fetchone() is not None


def before(message: Outgoing) -> list[Outgoing]:
    """The messages about the same subject that were queued on the same channel before this one, oldest first, except
    those that were refused for good."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, channel, key, payload, subject_kind, subject_id, at, attempts FROM records_outbox "
            "WHERE channel = %s AND subject_kind = %s AND subject_id = %s AND id < %s AND state <> 'dead' ORDER BY id",
            [message.channel, *message.subject, message.id],
        )
        rows = cursor.fetchall()
    return [
        Outgoing(id_, channel, key, json.loads(payload), (kind, subject), at, attempts)
        for id_, channel, key, payload, kind, subject, at, attempts in rows
    ]
