"""Tell holders in time that a licence runs out: a renewal is asked for 30 days before (行政许可法 art. 50)."""

from datetime import datetime, timedelta

from django.db import transaction

from yipan.kernel.clock import day_of, show_date
from yipan.platform import calendar

from .. import messages
from ..domain.states import VALID
from ..models import Licence, Reminder

STAGES = (30, 90)


def remind(now: datetime | None = None) -> int:
    """Run every morning: one message per licence and stage, the later stage also speaking for the earlier; how many."""
    at = now or calendar.now()
    today, told = day_of(at), 0
    for stage in STAGES:
        due = (
            Licence.objects.filter(state=VALID, valid_to__gte=today, valid_to__lte=today + timedelta(days=stage))
            .exclude(reminder__days__lte=stage)
            .order_by("pk")
        )
        for licence in due.iterator(chunk_size=200):
            with transaction.atomic():
                Reminder.objects.create(licence=licence, days=stage, at=at)
                until = show_date(licence.valid_to or today)
                messages.tell_holder(licence, "licence.expiring", at, until=until)
            told += 1
    return told
