"""Deadlines of cases for the reminder rules of packs: who is told that a limit ends, and by which words."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from yipan.platform import notices, people, processes
from yipan.platform.notices.reminding import Deadline, Deadlines

from .actions import messages, tolerance
from .domain.states import ENDED, UNDECIDED, State
from .models import Case, CorrectionNotice, DataDispute, Rectification, Tolerance

RUNNING = UNDECIDED - {State.SPECIAL_PROCEDURE}


def _limit(field: str, states: Sequence[State] | frozenset[State]) -> Callable[[], QuerySet[Case]]:
    def cases() -> QuerySet[Case]:
        return Case.objects.filter(state__in=states).annotate(deadline=F(field))

    return cases


def _corrections() -> QuerySet[Case]:
    open_ = CorrectionNotice.objects.filter(answered_at=None)
    return Case.objects.filter(state=State.CORRECTION, notices__in=open_).annotate(deadline=F("notices__due"))


def _tolerances() -> QuerySet[Case]:
    running = Tolerance.objects.filter(tolerance.RUNNING)
    return Case.objects.filter(tolerances__in=running).exclude(state__in=ENDED).annotate(deadline=F("tolerances__due"))


def _deliveries() -> QuerySet[Case]:
    return Case.objects.filter(state=State.DELIVERY).annotate(deadline=F("delivery__due"))


# The deadlines that rules can name: 答复, 补正, 承诺, 法定, 容缺, 送达.
LIMITS: dict[str, Callable[[], QuerySet[Case]]] = {
    "notice": _limit("notice_due", (State.RECEIVED, State.PRECHECK)),
    "correction": _corrections,
    "promised": _limit("promised_due", RUNNING),
    "legal": _limit("legal_due", RUNNING),
    "tolerance": _tolerances,
    "delivery": _deliveries,
}


def upcoming(name: str, since: datetime, until: datetime) -> Iterator[Deadline]:
    """Open cases whose limit ends in a time (one statement)."""
    if name not in LIMITS:
        return
    for case in LIMITS[name]().filter(deadline__gt=since, deadline__lte=until).order_by("pk"):
        yield Deadline(("case", str(case.pk)), case.deadline, case)  # type: ignore[attr-defined]


def tell(deadline: Deadline, template: str, to: Sequence[str], at: datetime) -> None:
    """``to``: applicant, handlers (who can do the open tasks), role:KEY in the case's unit, district:KEY anywhere."""
    case: Case = deadline.thing
    found: list[notices.Recipient] = []
    for word in to:
        kind, _, key = word.partition(":")
        if kind == "applicant":
            found += messages.applicants(case, at)
        elif kind == "handlers":
            found += [notices.Person(one) for one in processes.queries.workers(("case", str(case.pk)), at)]
        else:
            found.append(notices.Role(key, unit_id=case.unit_id if kind == "role" else None))
    messages.tell(case, found, template, at, due=deadline.at)


SOURCE = Deadlines(upcoming, tell)


def ratings_upcoming(name: str, since: datetime, until: datetime) -> Iterator[Deadline]:
    """Bad ratings that still wait: ``verify`` or ``rectify`` (one statement)."""
    waiting = {"verify": Q(verified_at=None), "rectify": Q(answered_at=None)}.get(name)
    if waiting is None:
        return
    found = Rectification.objects.filter(waiting).annotate(deadline=F(f"{name}_due")).select_related("case")
    for one in found.filter(deadline__gt=since, deadline__lte=until).order_by("pk"):
        yield Deadline(("rating", str(one.pk)), one.deadline, one.case)  # type: ignore[attr-defined]


RATINGS = Deadlines(ratings_upcoming, tell)


def disputes_upcoming(name: str, since: datetime, until: datetime) -> Iterator[Deadline]:
    """Contested data that a unit here still has to look into (one statement)."""
    if name != "answer":
        return
    found = DataDispute.objects.filter(state=DataDispute.State.OPEN, due__gt=since, due__lte=until)
    for one in found.exclude(keeper_unit="").select_related("case").order_by("pk"):
        yield Deadline(("dispute", str(one.pk)), one.due, one)


def tell_of_dispute(deadline: Deadline, template: str, to: Sequence[str], at: datetime) -> None:
    """``to``: role:KEY in the keeper's unit, district:KEY anywhere."""
    dispute: DataDispute = deadline.thing
    unit_id = people.queries.unit_by_key(dispute.keeper_unit).id
    found: list[notices.Recipient] = [
        notices.Role(key, unit_id=unit_id if kind == "role" else None)
        for kind, _, key in (word.partition(":") for word in to)
    ]
    told = {"label": dispute.label, "number": dispute.number, "keeper": dispute.keeper_name}
    messages.tell(dispute.case, found, template, at, due=deadline.at, **told)


DISPUTES = Deadlines(disputes_upcoming, tell_of_dispute)
