"""Errands of rooms to the left, which cannot post them themselves: exports that wait for approval, messages that could
not be delivered, hand-over lists to sign."""

from django.http import HttpRequest
from django.urls import reverse

from yipan.platform import people, records
from yipan.platform.people.handover import MADE, SIGNED
from yipan.platform.records import events
from yipan.platform.ui.listing import approval
from yipan.platform.ui.models import ListExport

from . import errands
from .actions.errands import close_errand, post_errand

EXPORT, DEAD, HANDOVER = "export.approval", "message.dead", "handover.sign"


def register() -> None:
    errands.register(EXPORT, "导出审批")
    errands.register(DEAD, "未送达消息")
    errands.register(HANDOVER, "签收移交清单")
    approval.watch(_export)
    records.subscribe(events.DEAD, _dead, name="processes.dead_letters")
    records.subscribe(events.RESENT, _resent, name="processes.resent_letters")
    records.subscribe(MADE, _handover, name="processes.handovers")
    records.subscribe(SIGNED, _signed, name="processes.signed_handovers")


def _export(request: HttpRequest, asked: ListExport) -> None:
    """Whoever may approve in the unit of the one who asked; never himself."""
    actor: records.Actor | None = getattr(request, "actor", None)
    if actor is None or asked.unit_id is None:
        return
    if asked.state != ListExport.WAITING:
        decided = "已批准" if asked.state == ListExport.APPROVED else "未批准"
        close_errand(EXPORT, asked.pk, actor=actor, at=asked.decided_at or asked.asked_at, outcome=decided)
        return
    unit = people.queries.unit(asked.unit_id).key
    post_errand(
        EXPORT,
        asked.pk,
        title=f"{asked.person}申请导出“{asked.title}”",
        subtitle=f"用途：{asked.reason}",
        url=reverse("ui:exports"),
        to=[errands.Right(approval.APPROVE, unit)],
        excluded=[actor.person_id] if actor.person_id is not None else [],
        actor=actor,
        at=asked.asked_at,
        unit=unit,
    )


def _dead(event: records.Event) -> None:
    """Whoever may send dead letters again; the room of the subject tells its own people."""
    post_errand(
        DEAD,
        event.subject_id,
        title=event.element_name or "未送达消息",
        subtitle=str(event.payload.get("error", ""))[:200],
        url=reverse("records:dead_letters"),
        to=[errands.Right("records.deadletter.resend")],
        actor=event.actor,
        at=event.at,
    )


def _resent(event: records.Event) -> None:
    close_errand(DEAD, event.subject_id, actor=event.actor, at=event.at, outcome="已重发")


def _handover(event: records.Event) -> None:
    post_errand(
        HANDOVER,
        event.subject_id,
        title=str(event.payload["title"]),
        subtitle=f"共 {event.payload['lines']} 件",
        url=reverse("people:handover", args=[event.subject_id]),
        to=[errands.Person(person) for person in event.payload["signers"]],
        actor=event.actor,
        at=event.at,
    )


def _signed(event: records.Event) -> None:
    """One of them signed: it waits for the others only."""
    waiting = event.payload["waiting"]
    if not waiting:
        close_errand(HANDOVER, event.subject_id, actor=event.actor, at=event.at, outcome="已签收")
        return
    _handover(event)
