"""Reading messages. Every query takes the account whose inbox it is; there is no other way to a message."""

import datetime as dt
from dataclasses import dataclass

from yipan.platform.records.models import OutboxRow

from .domain import CHANNELS, INAPP
from .models import Message, Refusal

STATES = {
    "queued": "待发送", "sending": "发送中", "sent": "已发送", "received": "已送达", "confirmed": "已确认",
    "dead": "未送达", "simulated": "演示，未实际发送",
}  # fmt: skip
PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A message in the list."""

    id: int
    title: str
    body: str
    at: dt.datetime
    read: bool
    link: str


@dataclass(frozen=True, slots=True)
class Way:
    """How far a message got on another channel, in words."""

    channel: str
    state: str
    at: dt.datetime | None
    failed: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One message with the other ways it took; ``phone`` is masked."""

    line: Line
    phone: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox; ``older`` is the cursor of the next page, None at the end."""

    lines: tuple[Line, ...]
    older: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel on the page of choices."""

    key: str
    title: str
    on: bool


def unread(account_id: int) -> int:
    return Message.objects.filter(account_id=account_id, read_at__isnull=True).count()


def inbox(account_id: int, *, only_unread: bool = False, before: int | None = None, size: int = PAGE) -> Inbox:
    """Newest first, by keyset: ``before`` is the ``older`` of the page before."""
    rows = Message.objects.filter(account_id=account_id).order_by("-id")
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    lines = tuple(_line(row) for row in found[:size])
    return Inbox(lines, lines[-1].id if len(found) > size else None, unread(account_id))


def opened(account_id: int, message_id: int) -> Opened | None:
    row = Message.objects.filter(account_id=account_id, pk=message_id).first()
    if row is None:
        return None
    sent = OutboxRow.objects.filter(subject_kind="message", subject_id=str(row.pk)).order_by("id")
    ways = tuple(
        Way(CHANNELS[o.channel], STATES[o.state], o.confirmed_at or o.received_at or o.sent_at, o.state == "dead")
        for o in sent
    )
    return Opened(_line(row), row.phone_masked, ways)


def choices(account_id: int) -> tuple[Choice, ...]:
    refused = set(Refusal.objects.filter(account_id=account_id).values_list("channel", flat=True))
    return tuple(Choice(key, title, key not in refused) for key, title in CHANNELS.items() if key != INAPP)


def _line(row: Message) -> Line:
    return Line(row.pk, row.title, row.body, row.at, row.read_at is not None, row.link)
