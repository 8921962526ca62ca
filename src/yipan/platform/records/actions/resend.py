"""Put a dead letter back into the queue: a message to the outside, or an event a subscriber failed on."""

import datetime as dt
from typing import Literal

from django.db import connection, transaction

from yipan.platform.ui.errors import Conflict

from .. import rights
from ..acts import act
from ..domain import Actor, Event
from ..events import RESENT, publish
from ..work import DEADLETTER_RESEND

TABLES = {"outbox": "records_outbox", "delivery": "records_delivery"}


class NotDead(Conflict):
    """There is no such dead letter (any more); the text is shown."""


@transaction.atomic
def resend(*, kind: Literal["outbox", "delivery"], row_id: int, actor: Actor, now: dt.datetime) -> None:
    """Queue dead letter ``row_id`` again with a fresh count of attempts; recorded on the actor's chain."""
    rights.require(actor, DEADLETTER_RESEND)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLES[kind]} SET state = 'queued', attempts = 0, next_at = clock_timestamp() "
            "WHERE id = %s AND state = 'dead' RETURNING last_error",
            [row_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotDead("该消息已不在未送达清单中，可能刚被他人重发。请刷新页面。")
    publish(
        Event(kind=RESENT, subject_kind=kind, subject_id=f"{kind}-{row_id}", actor=actor, at=now, lifecycle="completed")
    )
    act(
        chain=actor.chain,
        verb="records.resend",
        actor=actor,
        at=now,
        subject=(kind, row_id),
        from_state="dead",
        to_state="queued",
        payload={"last_error": row[0]},
    )
