"""What carriers report: every event once, in whatever order; its end delivers the case or asks the desk."""

from datetime import datetime

from django.urls import reverse

from yipan.platform import processes, records

from ..domain.delivery import NOTICE, REPORTED, WAYS, Told, outcome
from ..domain.states import State
from ..models import Case, Dispatch, DispatchEvent
from . import delivery, messages
from .core import Work, work_on

ERRAND = "case.delivery"
ROLE = "deliverer"
TOLD = {"returned": "case.mail_back", "lost": "case.mail_lost", "expired": "case.locker_back"}


class UnknownDispatch(LookupError):
    """No dispatch of this number: the carrier was faster than our own record, or means somebody else."""


def take(way: str, number: str, told: Told, *, now: datetime) -> bool:
    """One event of a carrier; whether it was new. Raises UnknownDispatch, ValueError for a state the way has not.

    An event of the future counts as now, one from before the order as its time."""
    if told.state not in REPORTED[way]:
        raise ValueError(f"{way} has no event {told.state}")
    known = Dispatch.objects.filter(way=way, number=number).values_list("pk", "case_id").first() if number else None
    if known is None:
        raise UnknownDispatch(number)
    with work_on(known[1], records.SYSTEM, now) as work:
        made = Dispatch.objects.select_for_update().get(pk=known[0])
        facts = {
            "state": told.state, "at": min(max(told.at, made.ordered_at), now), "place": told.place[:120],
            "receiver": told.receiver[:100], "text": told.text[:300],
        }  # fmt: skip
        _event, new = DispatchEvent.objects.get_or_create(dispatch=made, number=told.number, defaults=facts)
        if new:
            _follow(work, made)
        return new


def _follow(work: Work, made: Dispatch) -> None:
    """Bring the dispatch to where its events say it is. A case that was delivered meanwhile stays as it is, and an
    attempt the desk has decided on is over, whatever is told of it later."""
    events = [
        Told(one.number, one.state, one.at, one.place, one.receiver, one.text)
        for one in DispatchEvent.objects.filter(dispatch=made)
    ]
    end = outcome(events)
    if end is None or end.state == made.state or made.settled_at is not None or work.case.state != State.DELIVERY:
        return
    made.state, made.ended_at = end.state, end.at
    if end.state == "signed":
        made.receiver = end.receiver or work.case.agent_name or work.case.applicant_name
        made.save(update_fields=["state", "ended_at", "receiver"])
        processes.close_errand(ERRAND, made.pk, actor=records.SYSTEM, at=work.now, outcome="已签收")
        _complete(work, made)
        return
    made.save(update_fields=["state", "ended_at"])
    delivery.record(work, "case.dispatch_failed", dispatch=made.pk, state=made.get_state_display())  # type: ignore[attr-defined]
    messages.tell_applicant(work, TOLD[end.state])
    ask_desk(work, made)


def _complete(work: Work, made: Dispatch) -> None:
    """Do the task 送达 in the name of the system, with the dispatch as its proof."""
    task = processes.queries.open_task(("case", str(work.case.pk)), act="deliver")
    assert task is not None, "a case in 待送达 has its task 送达"
    processes.complete(
        task_id=task.pk,
        actor=records.SYSTEM,
        now=work.now,
        data={"way": made.way, "dispatch": made.pk},
        key=f"dispatch-{made.pk}",
    )


def ask_desk(work: Work, made: Dispatch) -> None:
    """What did not arrive stands in the to-do of whoever delivers for the unit."""
    case: Case = work.case
    word = made.get_state_display()  # type: ignore[attr-defined]
    processes.post_errand(
        ERRAND,
        made.pk,
        title=f"{WAYS[made.way]}{word}：{case.item_title}",
        subtitle=f"{case.short_no} {made.number}".strip(),
        url=reverse("cases:page", args=[case.pk]),
        to=[processes.errands.Role(ROLE, case.unit_key)],
        subject=("case", case.pk),
        unit=case.unit_key,
        actor=work.actor,
        at=work.now,
    )


def end_announcement(dispatch_id: int, *, now: datetime) -> None:
    """The days of an announcement are over (公告期满，视为送达)."""
    case_id = Dispatch.objects.values_list("case_id", flat=True).get(pk=dispatch_id)
    with work_on(case_id, records.SYSTEM, now) as work:
        made = Dispatch.objects.select_for_update().get(pk=dispatch_id)
        if made.way != NOTICE or made.state != "sent" or made.until is None or made.until > now:
            return
        made.state, made.ended_at, made.receiver = "signed", made.until, "公告期满，视为送达"
        made.save(update_fields=["state", "ended_at", "receiver"])
        _complete(work, made)
