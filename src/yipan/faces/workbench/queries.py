"""Figures of the home; each is counted over the rows its reader may see."""

import datetime as dt
from dataclasses import dataclass

from yipan.platform import records
from yipan.platform.cases import queries
from yipan.platform.cases.domain.states import ENDED, State

# Lights need the calendar and cannot be counted in SQL; beyond this many running cases the figure says "以上".
MOST = 2000
DRAFTS = 5
CODES = ("black", "red", "yellow", "green", "paused")


@dataclass(frozen=True)
class Lights:
    """Running cases by light, and how many of them wait for the applicant."""

    counts: dict[str, int]
    running: int
    correction: int
    more: bool


def lights(actor: records.Actor, now: dt.datetime) -> Lights:
    found = queries.visible(actor).exclude(state__in=[int(state) for state in ENDED]).order_by("-id")[: MOST + 1]
    rows = queries.rows(found, now)
    counts: dict[str, int] = dict.fromkeys(CODES, 0)
    for row in rows[:MOST]:
        if row.light is not None:
            counts[row.light.code] = counts.get(row.light.code, 0) + 1
    correction = sum(row.state is State.CORRECTION for row in rows)
    return Lights(counts, min(len(rows), MOST), correction, len(rows) > MOST)


def drafts(actor: records.Actor, now: dt.datetime) -> tuple[queries.CaseRow, ...]:
    """Applications this person began for a client and has not submitted, newest first."""
    mine = queries.at_counter(actor).filter(state=State.DRAFT, received_by_id=actor.account_id)
    return tuple(queries.rows(mine.order_by("-id")[:DRAFTS], now))
