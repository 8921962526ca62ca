"""Processes that begin by themselves: start events of the newest version, by message, signal or time."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from yipan.kernel.engine import timers as engine_timers
from yipan.platform import calendar
from yipan.platform.records import SYSTEM, Actor
from yipan.platform.records.events import back_off

from .. import definitions
from ..domain.values import ProcessProblem
from ..models import Definition, StartEvent

log = logging.getLogger(__name__)
MOST_BEGINNINGS = 20
_depth: ContextVar[int] = ContextVar("processes_beginnings", default=0)


def listen(row: Definition, at: datetime) -> None:
    """The start events of a version that has just become the newest; those of older versions begin nothing any more."""
    StartEvent.objects.filter(definition__key=row.key).exclude(definition=row).delete()
    ready = definitions.ready(row.pk)
    for node in ready.model.beginnings:
        event = node.node.event
        known = StartEvent.objects.filter(definition=row, element_id=node.id).exists()
        if known or event.kind not in ("message", "signal", "timer"):
            continue
        entry = None
        if event.kind == "timer":
            entry = engine_timers.first_start(ready.model, node.id, at, ready.env(at, at).calendar)
        StartEvent.objects.create(
            definition=row, element_id=node.id, kind=event.kind, name=event.name, timer=entry,
            due_at=datetime.fromisoformat(entry["at"]) if entry else None,
        )  # fmt: skip


def begin_by(kind: str, name: str, key: str, data: Mapping[str, Any], actor: Actor, now: datetime) -> int:
    """Begin an instance at every start event of this message or signal; how many."""
    begun = 0
    rows = StartEvent.objects.filter(kind=kind, name=name).select_related("definition").order_by("id")
    for row in rows:
        _begin(row, key, data, actor, now)
        begun += 1
    return begun


def _begin(row: StartEvent, key: str, data: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """An instance without a case is a matter of its own; ``key`` is its business key."""
    from .start import begin

    if _depth.get() >= MOST_BEGINNINGS:
        raise ProcessProblem(f"流程“{row.definition.name}”由消息互相发起，没有尽头。", "model")
    token = _depth.set(_depth.get() + 1)
    try:
        begin(
            definition_key=row.definition.key, subject=None, item_key="", business_key=key,
            data=data, actor=actor, now=now, applicant=(None, None), version=row.definition.version,
            element=row.element_id,
        )  # fmt: skip
    finally:
        _depth.reset(token)


def sweep() -> int:
    """Begin what is due by time; called by the worker. Each in its own transaction, once, however many workers."""
    handled, now = 0, calendar.now()
    while handled < 50 and _one(now):
        handled += 1
    return handled


def _one(now: datetime) -> bool:
    waiting = Q(next_try=None) | Q(next_try__lte=now)
    due = StartEvent.objects.filter(waiting, due_at__lte=now).order_by("due_at", "id")
    row_id = None
    try:
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True, of=("self",)).select_related("definition").first()
            if row is None:
                return False
            row_id = row.pk
            assert row.timer is not None  # only timer events have a due time
            _begin(row, "", {}, SYSTEM, now)
            ready = definitions.ready(row.definition_id)  # type: ignore[attr-defined]
            entry = engine_timers.next_start(ready.model, row.element_id, row.timer, ready.env(now, now).calendar)
            row.timer, row.attempts, row.last_error, row.next_try = entry or row.timer, 0, "", None
            row.due_at = datetime.fromisoformat(entry["at"]) if entry else None
            row.save()
    except Exception as problem:
        if row_id is None:
            raise
        log.exception("start event %s failed", row_id)
        row = StartEvent.objects.get(pk=row_id)
        row.attempts = min(row.attempts + 1, 1000)
        row.last_error = f"{type(problem).__name__}: {problem}"[:2000]
        row.next_try = now + timedelta(seconds=back_off(row.attempts))
        row.save(update_fields=["attempts", "last_error", "next_try"])
    return True
