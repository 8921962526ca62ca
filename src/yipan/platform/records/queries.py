"""Reading the records for audit and operations. Rows are frozen; the lists themselves are in ``listing``."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from . import verbs
from .models import Access, ActPayload, ActRow, Delivery, EventRow, OutboxRow, Root

MOST_LETTERS = 1000


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act in a list."""

    id: int
    at: dt.datetime
    verb: str
    verb_title: str
    actor: str
    deputy_for: str
    unit: str
    post: str
    subject_kind: str
    subject_kind_title: str
    subject_id: str
    from_state: str
    to_state: str
    seq: int
    ip: str

    @property
    def subject(self) -> str:
        return f"{self.subject_kind_title} {self.subject_id}"

    @property
    def change(self) -> str:
        return f"{self.from_state or '—'} → {self.to_state or '—'}" if self.from_state or self.to_state else ""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """An act in the story of its subject; ``reason`` is empty when none was given or it was erased."""

    id: int
    at: dt.datetime
    verb: str
    actor: str
    deputy_for: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActDetail:
    """One act with what lies apart; ``reason`` and ``payload`` are None when they were erased by ``erased_by``."""

    line: ActLine
    recorded_at: dt.datetime
    chain: str
    channel: str
    request_id: str
    head: str
    previous: str
    reason: str | None
    payload: tuple[tuple[str, str], ...] | None
    erased_by: int | None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One read of personal data."""

    id: int
    at: dt.datetime
    actor: str
    unit: str
    subject_kind_title: str
    subject_id: str
    fields: str
    purpose: str
    ip: str

    @property
    def subject(self) -> str:
        return f"{self.subject_kind_title} {self.subject_id}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message or a delivery that ended badly; ``kind`` is outbox | delivery."""

    kind: str
    id: int
    what: str
    subject: str
    attempts: int
    error: str
    at: dt.datetime

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"


@dataclass(frozen=True, slots=True)
class RootLine:
    number: int
    at: dt.datetime
    leaves: int
    root: str
    key_id: str


def acts_of(subject_kind: str, subject_id: object, *, limit: int = 200) -> tuple[ActLine, ...]:
    """What was done to one subject, oldest first (timelines of other rooms)."""
    rows = ActRow.objects.filter(subject_kind=subject_kind, subject_id=str(subject_id)).order_by("id")[:limit]
    return tuple(act_line(row) for row in rows)


def story_of(subject_kind: str, subject_id: object, *, limit: int = 300) -> tuple[StoryLine, ...]:
    """What was done to one subject with the reasons given, oldest first (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.at, a.verb, a.actor_name, a.deputy_for_name, a.unit_name, "
            "coalesce(p.body::jsonb ->> 'reason', '') FROM records_act a "
            "LEFT JOIN records_act_payload p ON p.act_id = a.id AND p.at = a.at "
            "WHERE a.subject_kind = %s AND a.subject_id = %s ORDER BY a.id LIMIT %s",
            [subject_kind, str(subject_id), limit],
        )
        return tuple(StoryLine(*row) for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Doing:
    """Who did what from where; for rules that look at patterns of work."""

    verb: str
    at: dt.datetime
    account_id: int | None
    ip: str


def doings_of(subject_kind: str, subject_id: object, *, limit: int = 300) -> tuple[Doing, ...]:
    """The acts of one subject, oldest first (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verb, at, account_id, ip FROM records_act WHERE subject_kind = %s AND subject_id = %s "
            "ORDER BY id LIMIT %s",
            [subject_kind, str(subject_id), limit],
        )
        return tuple(Doing(*row) for row in cursor.fetchall())


def subjects_of(account_id: object, subject_kind: str, among: Sequence[str]) -> list[str]:
    """Which of some subjects an account has acted on (one statement)."""
    if not among or not account_id:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject_id FROM records_act WHERE account_id = %s AND subject_kind = %s "
            "AND subject_id = ANY(%s)",
            [int(str(account_id)), subject_kind, list(among)],
        )
        return [row[0] for row in cursor.fetchall()]


def last_of_elements(subject: tuple[str, str], instances: Sequence[int], lifecycles: Sequence[str]) -> dict[str, str]:
    """The last of these lifecycle changes that each element of process instances went through (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (element_id) element_id, lifecycle FROM records_event "
            "WHERE subject_kind = %s AND subject_id = %s AND instance_id = ANY(%s) AND element_id <> '' "
            "AND lifecycle = ANY(%s) ORDER BY element_id, id DESC",
            [*subject, [str(one) for one in instances], list(lifecycles)],
        )
        return dict(cursor.fetchall())


def act_detail(act_id: int) -> ActDetail | None:
    row = ActRow.objects.filter(id=act_id).first()
    if row is None:
        return None
    apart = ActPayload.objects.filter(act_id=act_id, at=row.at).first()
    body = json.loads(apart.body) if apart and apart.body else None
    return ActDetail(
        line=act_line(row),
        recorded_at=row.recorded_at,
        chain=f"{verbs.kind_title(row.chain_kind)} {row.chain_key}",
        channel=row.channel,
        request_id=row.request_id,
        head=bytes(row.head).hex(),
        previous=bytes(row.prev).hex(),
        reason=body["reason"] if body else None,
        payload=tuple((key, _plain(value)) for key, value in body["payload"].items()) if body else None,
        erased_by=apart.erased_by if apart else None,
    )


def payload_of(act_id: int) -> dict[str, Any] | None:
    """The payload of an act as it was recorded; None when there is no such act or it was erased."""
    body = ActPayload.objects.filter(act_id=act_id).values_list("body", flat=True).first()
    return json.loads(body)["payload"] if body else None


def dead_letters(limit: int = MOST_LETTERS) -> tuple[DeadLetter, ...]:
    """Messages and deliveries that wait for a person, newest first."""
    found = [
        DeadLetter("outbox", row.pk, f"{row.channel}", _subject(row), row.attempts, row.last_error, row.queued_at)
        for row in OutboxRow.objects.filter(state="dead").order_by("-id")[:limit]
    ]
    deliveries = list(Delivery.objects.filter(state="dead").order_by("-id")[:limit])
    times = {(d.event_id, d.event_at) for d in deliveries}
    events = {
        row.id: row for row in EventRow.objects.filter(id__in=[i for i, _ in times], at__in=[at for _, at in times])
    }
    for row in deliveries:
        event = events[row.event_id]
        what = f"{event.kind} → {row.subscriber}"
        found.append(
            DeadLetter("delivery", row.pk, what, _subject(event), row.attempts, row.last_error, event.recorded_at)
        )
    return tuple(sorted(found, key=lambda letter: letter.at, reverse=True)[:limit])


def count_dead_letters() -> int:
    return OutboxRow.objects.filter(state="dead").count() + Delivery.objects.filter(state="dead").count()


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages (outbox) or events on their way to a subscriber (delivery) that wait or have failed for good."""

    kind: str
    channel: str
    state: str
    number: int
    oldest: dt.datetime | None


def queues() -> tuple[Queue, ...]:
    """What waits and what is dead, by channel and by subscriber (one statement, served by the partial indexes)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'outbox', channel, state, count(*), min(queued_at) FROM records_outbox "
            "WHERE state IN ('queued', 'sending') OR state = 'dead' GROUP BY channel, state UNION ALL "
            "SELECT 'delivery', subscriber, state, count(*), min(event_at) FROM records_delivery "
            "WHERE state = 'queued' OR state = 'dead' GROUP BY subscriber, state ORDER BY 1, 2, 3"
        )
        return tuple(Queue(*row) for row in cursor.fetchall())


def roots(limit: int = 30) -> tuple[RootLine, ...]:
    """The newest signed roots."""
    return tuple(
        RootLine(row.number, row.at, row.leaves, bytes(row.root).hex(), row.key_id)
        for row in Root.objects.order_by("-number")[:limit]
    )


# -- the inside ------------------------------------------------------------------------------------------------------
ACT_FIELDS = (
    "id", "at", "verb", "actor_name", "deputy_for_name", "unit_name", "post_name", "subject_kind", "subject_id",
    "from_state", "to_state", "seq", "ip",
)  # fmt: skip
ACCESS_FIELDS = (
    "id", "at", "actor_name", "unit_name", "subject_kind", "subject_id", "fields", "purpose", "ip",
)  # fmt: skip


def act_line(row: ActRow) -> ActLine:
    return ActLine(
        row.id, row.at, row.verb, verbs.title(row.verb), row.actor_name, row.deputy_for_name, row.unit_name,
        row.post_name, row.subject_kind, verbs.kind_title(row.subject_kind), row.subject_id, row.from_state,
        row.to_state, row.seq, row.ip,
    )  # fmt: skip


def access_line(row: Access) -> AccessLine:
    return AccessLine(
        row.id, row.at, row.actor_name, row.unit_name, verbs.kind_title(row.subject_kind), row.subject_id, row.fields,
        row.purpose, row.ip,
    )  # fmt: skip


def _subject(row: Any) -> str:
    return f"{verbs.kind_title(row.subject_kind)} {row.subject_id}" if row.subject_kind else ""


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
