"""The three clocks of a case: notice (告知), promised (承诺), legal (法定), recomputable from its records alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yipan.kernel.clock import Calendar, Due, Extension, Light, Limit, Pause, due, light, yellow_from

NOTICE = Limit(5, "working_days")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the clocks are computed from; pauses are those of special procedures, always bounded by their plan.

    ``received_at`` is when the materials that wait for an answer came in: after a correction, the corrected ones.
    """

    received_at: datetime | None
    accepted_at: datetime | None
    promise: Limit
    legal: Limit | None
    pauses: Sequence[Pause] = ()
    extensions: Sequence[Extension] = ()


@dataclass(frozen=True, slots=True)
class Clocks:
    """``notice`` ends with the first answer of the unit; ``promised`` and ``legal`` begin with acceptance.

    ``promised_before`` and ``legal_before`` are what they would be without the pauses; None while there is none.
    """

    notice: Due | None
    promised: Due | None = None
    legal: Due | None = None
    promised_before: Due | None = None
    legal_before: Due | None = None


def clocks(facts: Facts, calendar: Calendar) -> Clocks:
    """Compute all three. Raises CalendarMissing when a year has no calendar: no date is ever guessed."""
    notice = due(NOTICE, facts.received_at, calendar=calendar, event="收件") if facts.received_at else None
    if facts.accepted_at is None:
        return Clocks(notice)
    accepted = facts.accepted_at

    def ends(limit: Limit | None, pauses: Sequence[Pause]) -> Due | None:
        return due(limit, accepted, pauses, facts.extensions, calendar) if limit is not None else None

    before = (ends(facts.promise, ()), ends(facts.legal, ())) if facts.pauses else (None, None)
    return Clocks(notice, ends(facts.promise, facts.pauses), ends(facts.legal, facts.pauses), *before)


def case_light(
    *,
    notice_due: datetime | None,
    promised_due: datetime | None,
    legal_due: datetime | None,
    accepted: bool,
    paused: bool,
    yellow_at: datetime | None,
    now: datetime,
    calendar: Calendar,
) -> Light | None:
    """The one light that lists, messages and pages show: before acceptance the notice clock, then the promised one.
    ``yellow_at`` is the instant kept for the clock that runs (``warns_at``)."""
    if not accepted:
        return light(notice_due, now=now, calendar=calendar, yellow_at=yellow_at) if notice_due else None
    if promised_due is None and legal_due is None:
        return None
    return light(promised_due, now=now, calendar=calendar, legal_at=legal_due, paused=paused, yellow_at=yellow_at)


def warns_at(found: Clocks, *, accepted: bool, calendar: Calendar) -> datetime | None:
    """From when the light of the clock that runs is yellow: a third of its limit, or the last working day, is left."""
    running = (found.promised or found.legal) if accepted else found.notice
    if running is None or running.at is None:
        return None
    return yellow_from(running.at, calendar=calendar, limit=running.limit, total=running.total)
