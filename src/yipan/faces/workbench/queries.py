"""Figures of the home; each is counted over the rows its reader may see."""

import datetime as dt
from dataclasses import dataclass

from yipan.kernel import clock
from yipan.platform import records
from yipan.platform.cases import queries
from yipan.platform.cases.domain.states import ENDED, State
from yipan.platform.cases.lights import counts_by_light

DRAFTS = 5


@dataclass(frozen=True)
class Lights:
    """Running cases by light, and how many of them wait for the applicant."""

    counts: dict[str, int]
    running: int
    correction: int


def lights(actor: records.Actor, now: dt.datetime) -> Lights:
    """Counted in two statements, however many cases run."""
    running = queries.visible(actor).exclude(state__in=[int(state) for state in ENDED])
    counts = dict.fromkeys(clock.LIGHT_WORDS, 0) | counts_by_light(running, now)
    correction = running.filter(state=int(State.CORRECTION)).count()
    return Lights(counts, sum(counts.values()), correction)


def drafts(actor: records.Actor, now: dt.datetime) -> tuple[queries.CaseRow, ...]:
    """Applications this person began for a client and has not submitted, newest first."""
    mine = queries.at_counter(actor).filter(state=State.DRAFT, received_by_id=actor.account_id)
    return tuple(queries.rows(mine.order_by("-id")[:DRAFTS], now))
