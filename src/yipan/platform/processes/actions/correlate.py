"""Messages and signals find the instances that wait for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.kernel.engine import effects as fx
from yipan.platform.records import SYSTEM, Actor

from .. import definitions, queries, store
from ..domain.values import ProcessProblem
from ..run import Run, active
from .starts import begin_by
from .transactions import command


def correlate(
    message: str, business_key: str, data: Mapping[str, Any] | None = None, *, now: datetime, actor: Actor = SYSTEM
) -> int:
    """Hand a message to every instance that waits for it under this key, else begin the processes that start by it;
    how many took it."""
    return command(lambda: _hand("message", message, business_key, dict(data or {}), actor, now))


def signal(name: str, data: Mapping[str, Any] | None = None, *, now: datetime, actor: Actor = SYSTEM) -> int:
    """Broadcast a signal to every instance that waits for it, and to the processes that start by it; how many."""
    return command(lambda: _hand("signal", name, "", dict(data or {}), actor, now))


def deliver(thrown: fx.Throw, *, actor: Actor, now: datetime) -> int:
    """A message or signal that an instance has thrown, in its transaction."""
    if thrown.kind not in ("message", "signal"):
        return 0
    return _hand(thrown.kind, thrown.name, thrown.key, dict(thrown.data), actor, now)


def _hand(kind: str, name: str, key: str, data: dict[str, Any], actor: Actor, now: datetime) -> int:
    taken = 0
    for instance_id, subscription in queries.waiting_for(kind, name, key):
        if active(instance_id) is not None:
            continue
        held = store.lock(store.LOCK_INSTANCE, id=instance_id)
        if held is None or subscription not in held.state["subs"]:
            continue  # taken, or gone, while we waited for the lock
        run = Run(held, definitions.ready(held.definition_id), actor=actor, now=now)
        try:
            run.feed(engine.Receive(subscription, data))
        except ProcessProblem as problem:
            if problem.code in ("gone", "suspended"):
                continue
            raise
        run.write()
        taken += 1
    if kind == "signal" or not taken:
        taken += begin_by(kind, name, key, data, actor, now)
    return taken
