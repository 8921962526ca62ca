"""Absence and deputy (AB岗)."""

from datetime import date, datetime

from django.db import transaction

from yipan.platform import records
from yipan.platform.records import rights

from ..access import forget_grants, may
from ..domain import absence_fault
from ..models import Absence, Account, Holding

ARRANGE = "people.arrange_absence"


class AbsenceProblem(Exception):
    """Why an absence cannot be entered."""


def enter(
    *, person_id: int, deputy_id: int, begins: date, ends: date, reason: str, actor: records.Actor, at: datetime
) -> Absence:
    """Enter an absence with the deputy who acts meanwhile, marked 代. One's own, or with the right. Raises
    AbsenceProblem."""
    _may(actor, person_id)
    if not Account.objects.filter(person_id=deputy_id, kind=Account.Kind.STAFF, is_active=True).exists():
        raise AbsenceProblem("代理人没有可用的账号")
    if not reason.strip():
        raise AbsenceProblem("请填写事由")
    own = Absence.objects.filter(person_id=person_id, begins__lte=ends, ends__gte=begins, cancelled_at=None)
    if own.exists():
        raise AbsenceProblem("这段时间已经登记过请假，请先销假")
    away = Absence.objects.filter(person_id=deputy_id, begins__lte=ends, ends__gte=begins, cancelled_at=None).exists()
    fault = absence_fault(begins=begins, ends=ends, person_id=person_id, deputy_id=deputy_id, deputy_absent=away)
    if fault:
        raise AbsenceProblem(fault)
    with transaction.atomic():
        absence = Absence.objects.create(
            person_id=person_id, deputy_id=deputy_id, begins=begins, ends=ends, reason=reason
        )
        _record("absence.enter", absence, actor, at)
    forget_grants()
    return absence


def cancel(absence_id: int, *, actor: records.Actor, at: datetime) -> None:
    with transaction.atomic():
        absence = Absence.objects.select_for_update().get(pk=absence_id)
        _may(actor, absence.person_id)
        if absence.cancelled_at is None:
            absence.cancelled_at = at
            absence.save(update_fields=["cancelled_at"])
            _record("absence.cancel", absence, actor, at)


def _may(actor: records.Actor, person_id: int) -> None:
    """Everybody for himself; others need the right in a unit where the person holds a post."""
    if actor.person_id == person_id:
        return
    units = Holding.objects.filter(person_id=person_id, valid_to=None).values_list("post__unit_id", flat=True)
    if not any(may(actor, ARRANGE, unit_id=unit) for unit in set(units)):
        raise rights.Refused(ARRANGE)


def _record(verb: str, absence: Absence, actor: records.Actor, at: datetime) -> None:
    records.act(
        chain=("person", str(absence.person_id)),
        verb=verb,
        actor=actor,
        at=at,
        subject=("person", str(absence.person_id)),
        payload={
            "deputy": absence.deputy_id,
            "begins": absence.begins.isoformat(),
            "ends": absence.ends.isoformat(),
        },
    )
