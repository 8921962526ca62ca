"""Ends of licences for the reminder rules of packs: a renewal is asked for 30 days before (行政许可法 art. 50)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from yipan.kernel.clock import day_of, end_of_day, show_date
from yipan.platform.notices.reminding import Deadline, Deadlines

from . import messages
from .domain.states import VALID
from .models import Licence


def upcoming(name: str, since: datetime, until: datetime) -> Iterator[Deadline]:
    """Valid licences whose validity ends in a time."""
    if name != "validity":
        return
    days = {"valid_to__gte": day_of(since), "valid_to__lt": day_of(until)}
    for licence in Licence.objects.filter(state=VALID, **days).order_by("pk"):
        assert licence.valid_to is not None, "filtered by it"
        yield Deadline(("licence", str(licence.pk)), end_of_day(licence.valid_to), licence)


def tell(deadline: Deadline, template: str, to: Sequence[str], at: datetime) -> None:  # noqa: ARG001 - holders only
    licence: Licence = deadline.thing
    until = show_date(licence.valid_to) if licence.valid_to else ""
    messages.tell_holder(licence, template, at, until=until)


SOURCE = Deadlines(upcoming, tell)
