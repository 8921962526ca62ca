"""Reminders: rules from packs (which deadline, how long before or after, what to say, to whom) and one engine.

A room that knows deadlines registers them; the engine decides when a rule is due and that it speaks once per deadline,
whatever restarts or runs twice. Escalation is a rule with another addressee, urging a move on a task (``processes``).

    notices.reminding.register("case", Deadlines(upcoming, tell))
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from yipan.kernel.clock import SHANGHAI, Calendar
from yipan.kernel.clock.time import last_day_before
from yipan.platform import calendar

from .models import Reminded, ReminderRule

# Reminders go out in the morning of their day; what nobody was told for a month is told no more.
MORNING = dt.time(8, 30)
FORGOTTEN_AFTER = dt.timedelta(days=30)
WORKING_DAYS, CALENDAR_DAYS = "working_days", "calendar_days"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of a subject. ``at`` is the first instant that is late; ``thing`` is the room's own row."""

    subject: tuple[str, str]
    at: dt.datetime
    thing: Any


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What a room brings: deadlines of a name that end in a time, and how it tells those whom a rule names."""

    upcoming: Callable[[str, dt.datetime, dt.datetime], Iterable[Deadline]]
    tell: Callable[[Deadline, str, Sequence[str], dt.datetime], None]


log = logging.getLogger(__name__)
_sources: dict[str, Deadlines] = {}


def register(name: str, source: Deadlines) -> None:
    """Rules name the source by this name."""
    _sources[name] = source


def remind(now: dt.datetime | None = None) -> int:
    """Run by the worker: tell what is due; how many deadlines were told about. Running it again tells nothing twice."""
    at = now or calendar.now()
    days, told = calendar.current(), 0
    for rule in ReminderRule.objects.filter(source__in=list(_sources)).order_by("key"):
        try:
            told += _run(rule, _sources[rule.source], at, days)
        except Exception:  # a rule that cannot be followed must not silence the others
            log.exception("reminder rule %s failed", rule.key)
    return told


def _run(rule: ReminderRule, source: Deadlines, now: dt.datetime, days: Calendar) -> int:
    found = list(source.upcoming(rule.deadline, now - FORGOTTEN_AFTER, now + _ahead(rule)))
    known = set(
        Reminded.objects.filter(rule=rule.key, subject_id__in=[one.subject[1] for one in found]).values_list(
            "subject_kind", "subject_id", "due_at", "offset"
        )
    )
    told = 0
    for deadline in found:
        due = [offset for offset in rule.offsets if now >= moment_of(offset, deadline.at, rule.unit, days)]
        if due and (*deadline.subject, deadline.at, max(due)) not in known:
            told += _tell(rule, source, deadline, due, now)
    return told


def _tell(rule: ReminderRule, source: Deadlines, deadline: Deadline, due: list[int], now: dt.datetime) -> int:
    """The latest stage speaks for the earlier ones. The row is written first: whoever comes second waits for it."""
    with transaction.atomic():
        made = False
        for offset in sorted(due):
            _, made = Reminded.objects.get_or_create(
                rule=rule.key,
                subject_kind=deadline.subject[0],
                subject_id=deadline.subject[1],
                due_at=deadline.at,
                offset=offset,
                defaults={"at": now},
            )
        if not made:
            return 0
        source.tell(deadline, rule.template, tuple(rule.to), now)
    return 1


def moment_of(offset: int, due_at: dt.datetime, unit: str, days: Calendar) -> dt.datetime:
    """When a rule speaks: so many days before (negative) or after the last day of the limit, in the morning."""
    last = last_day_before(due_at)
    day = days.add_working_days(last, offset) if unit == WORKING_DAYS else last + dt.timedelta(days=offset)
    return dt.datetime.combine(day, MORNING, SHANGHAI)


def _ahead(rule: ReminderRule) -> dt.timedelta:
    """How far ahead deadlines matter for a rule; working days may have the longest holidays between them."""
    before = max(0, -min(rule.offsets))
    return dt.timedelta(days=before * 2 + 12 if rule.unit == WORKING_DAYS else before + 1)
