"""Absence and deputy (AB岗)."""

from datetime import date, datetime

from django.db import transaction

from yipan.platform import records

from ..domain import absence_fault
from ..models import Absence


class AbsenceProblem(Exception):
    """Why an absence cannot be entered."""


def enter(
    *, person_id: int, deputy_id: int, begins: date, ends: date, reason: str, actor: records.Actor, at: datetime
) -> Absence:
    """Enter an absence with the deputy who acts meanwhile, marked 代. Raises AbsenceProblem."""
    away = Absence.objects.filter(person_id=deputy_id, begins__lte=ends, ends__gte=begins, cancelled_at=None).exists()
    fault = absence_fault(begins=begins, ends=ends, person_id=person_id, deputy_id=deputy_id, deputy_absent=away)
    if fault:
        raise AbsenceProblem(fault)
    with transaction.atomic():
        absence = Absence.objects.create(
            person_id=person_id, deputy_id=deputy_id, begins=begins, ends=ends, reason=reason
        )
        _record("absence.enter", absence, actor, at)
    return absence


def cancel(absence_id: int, *, actor: records.Actor, at: datetime) -> None:
    with transaction.atomic():
        absence = Absence.objects.select_for_update().get(pk=absence_id)
        if absence.cancelled_at is None:
            absence.cancelled_at = at
            absence.save(update_fields=["cancelled_at"])
            _record("absence.cancel", absence, actor, at)


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
