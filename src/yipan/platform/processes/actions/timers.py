"""Due timers, swept by business time: one transaction each; several workers share them through SKIP LOCKED."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from yipan.kernel import engine
from yipan.platform import calendar
from yipan.platform.records import SYSTEM
from yipan.platform.records.events import back_off

from .. import definitions, store
from ..run import Run

log = logging.getLogger(__name__)
BATCH = 50


def sweep() -> int:
    """Fire what is due; how many were handled, well or badly. Called by the worker every two seconds."""
    now = calendar.now()
    handled = 0
    while handled < BATCH and fire_one(now):
        handled += 1
    return handled


def fire_one(now: datetime) -> bool:
    """Fire the timer that has been due longest and that nobody else is at; false when none is left."""
    timer_id = None
    try:
        with transaction.atomic():
            held = store.lock(store.LOCK_DUE_TIMER, now=now)
            if held is None or held.row is None:
                return False
            timer_id = held.row["id"]
            run = Run(held, definitions.ready(held.definition_id), actor=SYSTEM, now=now)
            run.feed(engine.Fire(held.row["key"]))
            run.write()
    except Exception as problem:
        if timer_id is None:
            raise
        log.exception("timer %s failed", timer_id)
        _failed(timer_id, now, f"{type(problem).__name__}: {problem}"[:2000])
    return True


def _failed(timer_id: int, now: datetime, error: str) -> None:
    """Try again later: doubling pauses up to an hour, shown to the administrator; a timer is never given up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts FROM processes_timer WHERE id = %s", [timer_id])
        row = cursor.fetchone()
        attempts = (row[0] if row else 0) + 1
        cursor.execute(
            "UPDATE processes_timer SET attempts = %s, last_error = %s, next_try = %s WHERE id = %s",
            [min(attempts, 1000), error, now + timedelta(seconds=back_off(attempts)), timer_id],
        )
