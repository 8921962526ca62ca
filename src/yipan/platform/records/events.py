"""Publishing events and delivering them to subscribers."""

import datetime as dt
import json
import random
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from . import sql, subscriptions
from .domain import Actor, Event

MAX_ATTEMPTS = 8
BATCH = 1000
# A message or a delivery came to wait for a person, and was queued again by one. Subject: outbox or delivery, its id.
DEAD, RESENT = "message.dead", "message.resent"


def tell_dead(kind: str, row_id: int, what: str, error: str, about: tuple[str, str], at: dt.datetime) -> None:
    """Publish that message or delivery ``row_id`` is dead. ``about`` is the subject it belongs to."""
    payload = {"error": error, "channel": what, "about_kind": about[0], "about_id": about[1]}
    publish(
        Event(kind=DEAD, subject_kind=kind, subject_id=f"{kind}-{row_id}", at=at, element_name=what, payload=payload)
    )


def publish(events: Event | Sequence[Event]) -> list[int]:
    """Write event rows and their deliveries in the caller's transaction; the ids in order."""
    all_events = [events] if isinstance(events, Event) else list(events)
    ids: list[int] = []
    for start in range(0, len(all_events), BATCH):
        parts = sql.insert_ctes(events=all_events[start : start + BATCH])
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {parts.text} SELECT id FROM r_event_new ORDER BY n", parts.params)
            ids += [row[0] for row in cursor.fetchall()]
    return ids


def back_off(attempts: int, *, first: float = 5.0, longest: float = 3600.0) -> float:
    """Seconds until the next attempt: doubling from ``first``, ±20 % so that failures do not come back in step."""
    return min(first * 2 ** max(attempts - 1, 0), longest) * random.uniform(0.8, 1.2)  # noqa: S311


def deliver(limit: int = 100) -> int:
    """Run by the worker: hand due events to their subscribers; how many were handled (well or badly)."""
    handled = 0
    while handled < limit and _deliver_one():
        handled += 1
    return handled


def _deliver_one() -> bool:
    """One delivery in one transaction: the handler's writes and the removal of the delivery stand or fall together."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, event_id, event_at, subscriber, attempts FROM records_delivery "
                "WHERE state = 'queued' AND next_at <= clock_timestamp() AND subscriber = ANY(%s) "
                "ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
                [subscriptions.known()],
            )
            row = cursor.fetchone()
        if row is None:
            return False
        delivery, event_id, event_at, subscriber, attempts = row
        handler = subscriptions.handler(subscriber)
        assert handler is not None
        event = load(event_id, event_at)
        try:
            with transaction.atomic():
                handler(event)
        except Exception as problem:
            _failed(delivery, event, subscriber, attempts + 1, f"{type(problem).__name__}: {problem}"[:2000])
        else:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM records_delivery WHERE id = %s", [delivery])
    return True


def _failed(delivery: int, event: Event, subscriber: str, attempts: int, error: str) -> None:
    if attempts >= MAX_ATTEMPTS and event.kind not in (DEAD, RESENT):
        about = (event.subject_kind, event.subject_id)
        tell_dead("delivery", delivery, f"{event.kind} → {subscriber}", error, about, dt.datetime.now(dt.UTC))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_delivery SET attempts = %s, last_error = %s, state = %s, "
            "next_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
            [attempts, error, "dead" if attempts >= MAX_ATTEMPTS else "queued", back_off(attempts), delivery],
        )


def load(event_id: int, at: dt.datetime) -> Event:
    """One stored event; ``at`` leads to its partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(sql.EVENT_COLUMNS)} FROM records_event WHERE id = %s AND at = %s", [event_id, at]
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"event {event_id} of {at} does not exist")
    return from_row(dict(zip(("id", *sql.EVENT_COLUMNS), row, strict=True)))


def from_row(row: dict[str, Any]) -> Event:
    """The value of a stored row. The actor has the names of the moment of the event."""
    who = [row.pop(name) for name in ("account_id", "person_id", "actor_name", "unit_id", "unit_name")]
    payload = row.pop("payload")
    return Event(actor=Actor(*who), payload=json.loads(payload) if isinstance(payload, str) else payload, **row)
