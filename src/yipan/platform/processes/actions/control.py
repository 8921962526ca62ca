"""What the owner of a subject tells its processes: the legal clock, suspension, the end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from yipan.kernel import engine
from yipan.platform.records import SYSTEM, Actor

from .. import definitions, queries, store
from ..domain.values import ProcessProblem
from ..run import Run, active
from .transactions import command

# The clock already stands or runs as asked: another procedure of the subject has told so before.
_ALREADY = ("paused", "not_paused", "ended")


def clock(subject: tuple[str, object], action: str, now: datetime, *, reason: str = "") -> int:
    """``pause``, ``resume`` or ``redate`` the legal limits of every running instance of a subject; how many."""

    def tell(run: Run) -> None:
        try:
            run.feed(engine.Clock(action, reason, now))
        except ProcessProblem as problem:
            if problem.code not in _ALREADY:
                raise
            return
        stopped = {"pause": True, "resume": False}.get(action, run.held.clock_stopped)
        if stopped != run.held.clock_stopped:
            run.held.clock_stopped = stopped
            run.event("suspended" if stopped else "resumed", "", kind="process.clock", detail=reason)

    return _every(subject, SYSTEM, now, tell)


def terminate(subject: tuple[str, object], *, actor: Actor, now: datetime, reason: str) -> int:
    """End every running instance of a subject; its tasks, timers and external to-dos are closed."""
    return _every(subject, actor, now, lambda run: run.feed(engine.Control("terminate", _by(actor), reason)))


def suspend(subject: tuple[str, object], *, actor: Actor, now: datetime, reason: str) -> int:
    """Let nothing move on until ``resume``."""
    return _every(subject, actor, now, lambda run: _control(run, "suspend", "suspended", reason))


def resume(subject: tuple[str, object], *, actor: Actor, now: datetime, reason: str = "") -> int:
    return _every(subject, actor, now, lambda run: _control(run, "resume", "resumed", reason))


def _control(run: Run, action: str, lifecycle: str, reason: str) -> None:
    run.feed(engine.Control(action, _by(run.actor), reason))
    run.event(lifecycle, "", kind="process.instance", detail=reason)


def hold(subject: tuple[str, object]) -> None:
    """Lock the running instances of a subject until the transaction ends.

    For actions of other rooms that lock their own row and then tell this room something: whoever completes a task
    locks the instance first and the subject's row second, so they should begin with this too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM processes_instance WHERE subject_kind = %s AND subject_id = %s AND ended_at IS NULL "
            "ORDER BY id FOR UPDATE",
            [subject[0], str(subject[1])],
        )


def _every(subject: tuple[str, object], actor: Actor, now: datetime, tell: Callable[[Run], Any]) -> int:
    return command(lambda: _tell(subject, actor, now, tell))


def _tell(subject: tuple[str, object], actor: Actor, now: datetime, tell: Callable[[Run], Any]) -> int:
    told = 0
    for instance_id in queries.running(subject):
        around = active(instance_id)
        if around is not None:  # the caller is an act of this instance: part of its step
            tell(around)
            told += 1
            continue
        held = store.lock(store.LOCK_INSTANCE, id=instance_id)
        if held is None or held.ended_at is not None:
            continue
        run = Run(held, definitions.ready(held.definition_id), actor=actor, now=now)
        tell(run)
        run.write()
        told += 1
    return told


def _by(actor: Actor) -> str:
    return str(actor.person_id) if actor.person_id is not None else ""
