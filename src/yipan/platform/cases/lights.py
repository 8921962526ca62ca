"""The light of a case, in Python for pages and in SQL for lists of any length; tests/staff/test_lights.py holds the two
together. Which cases somebody may see is decided in ``queries`` alone."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Q, QuerySet, Value, When

from yipan.kernel.clock import Calendar, Light
from yipan.platform import calendar

from .domain.clocks import case_light
from .domain.states import ENDED, State
from .models import UNFINISHED, Case

# States in which no clock of the unit runs: it is the applicant's turn, or there is nothing to wait for.
WITHOUT_LIGHT = (*ENDED, State.DRAFT, State.CORRECTION)


def light_of(case: Case, now: datetime, *, days: Calendar | None = None) -> Light | None:
    """The light of a case; none once it is decided or ended. Lists pass the calendar, which they ask for once."""
    state = State(case.state)
    if case.decided_at is not None or state in WITHOUT_LIGHT:
        return None
    return case_light(
        notice_due=case.notice_due,
        promised_due=case.promised_due,
        legal_due=case.legal_due,
        accepted=case.accepted_at is not None,
        paused=state is State.SPECIAL_PROCEDURE,
        yellow_at=case.yellow_at,
        now=now,
        calendar=days or calendar.current(),
    )


def _light_code(now: datetime) -> Choose:
    """``light_of`` in SQL: which light a row shows; the test of the lists holds the two together."""
    running = Q(decided_at=None) & ~Q(state__in=[int(state) for state in WITHOUT_LIGHT])
    accepted = Q(accepted_at__isnull=False)
    promise_over = Q(promised_due__lte=now) | Q(promised_due=None, legal_due__lte=now)
    return Choose(
        When(~running | (accepted & Q(promised_due=None, legal_due=None)), then=Value("")),
        When(~accepted & Q(notice_due=None), then=Value("")),
        When(accepted & Q(legal_due__lte=now), then=Value("black")),
        When((accepted & promise_over) | (~accepted & Q(notice_due__lte=now)), then=Value("red")),
        When(accepted & Q(state=int(State.SPECIAL_PROCEDURE)), then=Value("paused")),
        When(yellow_at__lte=now, then=Value("yellow")),
        default=Value("green"),
        output_field=CharField(),
    )


def with_light(cases: QuerySet[Case], codes: Sequence[str], now: datetime) -> QuerySet[Case]:
    """The cases whose light is one of these at a moment; only what is at work has one."""
    if all(codes):
        cases = cases.filter(state__in=UNFINISHED)
    return cases.alias(light_code=_light_code(now)).filter(light_code__in=codes)


def counts_by_light(cases: QuerySet[Case], now: datetime) -> dict[str, int]:
    """How many cases show which light; those without one are under "" (one statement)."""
    found = cases.order_by().annotate(light_code=_light_code(now)).values_list("light_code")
    return dict(found.annotate(n=Count("id", distinct=True)))
