"""Mark messages as read, and choose channels. Only the owner of the inbox does either."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from yipan.platform import records

from ..domain import CHANNELS, INAPP
from ..models import Message, Refusal


def mark_read(*, account_id: int, now: dt.datetime, message_id: int | None = None) -> int:
    """Mark one message, or all of the inbox, as read; how many were unread."""
    unread = Message.objects.filter(account_id=account_id, read_at__isnull=True)
    if message_id is not None:
        unread = unread.filter(pk=message_id)
    return unread.update(read_at=now)


@transaction.atomic
def choose_channels(*, account_id: int, wanted: Collection[str], actor: records.Actor, now: dt.datetime) -> None:
    """Keep exactly ``wanted`` of the channels that can be refused; recorded when something changes."""
    possible = set(CHANNELS) - {INAPP}
    refused = possible - set(wanted)
    before = set(Refusal.objects.filter(account_id=account_id).values_list("channel", flat=True))
    if refused == before:
        return
    Refusal.objects.filter(account_id=account_id).exclude(channel__in=refused).delete()
    Refusal.objects.bulk_create(
        [Refusal(account_id=account_id, channel=channel, at=now) for channel in sorted(refused - before)],
        ignore_conflicts=True,
    )
    records.act(
        chain=("account", account_id),
        verb="notices.channels",
        actor=actor,
        at=now,
        subject=("account", account_id),
        payload={"refused": sorted(refused), "before": sorted(before)},
    )
