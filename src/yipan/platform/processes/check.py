"""Derived rows against states: every open task, timer and subscription of a state has its row and its lines, and the
other way round.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from . import definitions
from .domain.delta import OPEN, Frame, entries_of
from .models import Entry, Instance, Subscription, Task, Timer

BATCH = 500


def verify() -> list[str]:
    """Differences, one line each; empty when all is well. Reads everything, changes nothing."""
    return [line for batch in _batches() for line in _compare(batch)]


def _batches() -> Iterator[list[Instance]]:
    last = 0
    while batch := list(Instance.objects.filter(pk__gt=last).order_by("id")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _compare(batch: list[Instance]) -> Iterator[str]:
    ids = [instance.pk for instance in batch]
    tasks = _by_instance(Task.objects.filter(instance_id__in=ids, status__in=OPEN))
    timers = _by_instance(Timer.objects.filter(instance_id__in=ids))
    subscriptions = _by_instance(Subscription.objects.filter(instance_id__in=ids))
    lines = _by_instance(Entry.objects.filter(instance_id__in=ids, box="todo"))
    for instance in batch:
        state, where = instance.state, f"instance {instance.pk}"
        if instance.status != state["status"]:
            yield f"{where}: status {instance.status}, state says {state['status']}"
        if (instance.ended_at is None) != (state["status"] in ("running", "suspended")):
            yield f"{where}: ended_at does not fit status {state['status']}"
        found = {task.key: task for task in tasks[instance.pk]}
        yield from _keys(where, "task", state["tasks"], found)
        yield from _task_rows(where, state, found)
        waits = {key: sub for key, sub in state["subs"].items() if sub["k"] != "conditional"}
        yield from _keys(where, "subscription", waits, {sub.key: sub for sub in subscriptions[instance.pk]})
        armed = {timer.key: timer for timer in timers[instance.pk]}
        yield from _keys(where, "timer", state["timers"], armed)
        for key, timer in armed.items():
            if key in state["timers"] and not _same(timer.due_at, state["timers"][key]["at"]):
                yield f"{where}: timer {key} is due {timer.due_at}, state says {state['timers'][key]['at']}"
        yield from _listed(where, instance, found, lines[instance.pk])


def _task_rows(where: str, state: dict[str, Any], found: dict[str, Task]) -> Iterator[str]:
    for key, task in found.items():
        kept = state["tasks"].get(key)
        if kept is None:
            continue
        if task.element_id != kept["e"]:
            yield f"{where}: task {key} is of {task.element_id}, state says {kept['e']}"
        if str(task.person_id or "") != kept["who"]:
            yield f"{where}: task {key} is held by {task.person_id}, state says {kept['who'] or 'nobody'}"
        if [str(person) for person in task.persons] != kept["p"]:
            yield f"{where}: task {key} waits for {task.persons}, state says {kept['p']}"
        if not _same(task.due_at, kept["due"]):
            yield f"{where}: task {key} is due {task.due_at}, state says {kept['due']}"


def _listed(where: str, instance: Instance, tasks: dict[str, Task], lines: list[Entry]) -> Iterator[str]:
    ready = definitions.ready(instance.definition_id)  # type: ignore[attr-defined]
    frame = Frame(
        ready.process, instance.started_at, instance.item_key, instance.applicant_person_id,
        instance.applicant_entity_id,
    )  # fmt: skip
    wanted: set[tuple[str, str]] = set()
    for key, task in tasks.items():
        row = {name: getattr(task, name) for name in ("key", "person_id", "persons", "roles", "unit_key", "excluded")}
        row |= {"due_at": None, "opened_at": ""}
        wanted |= {(key, entry["holder"]) for entry in entries_of(row, frame)}
    have = {(entry.task_key, entry.holder) for entry in lines}
    for key, holder in sorted(wanted - have):
        yield f"{where}: task {key} is missing in the list of {holder}"
    for key, holder in sorted(have - wanted):
        yield f"{where}: the list of {holder} shows task {key}, which is not open for it"
    if len(have) != len(lines):
        yield f"{where}: {len(lines) - len(have)} lines stand twice in a list"


def _by_instance(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.instance_id].append(row)
    return found


def _keys(where: str, what: str, wanted: Any, have: Any) -> Iterator[str]:
    for key in sorted(set(wanted) - set(have)):
        yield f"{where}: {what} {key} of the state has no row"
    for key in sorted(set(have) - set(wanted)):
        yield f"{where}: {what} {key} has a row but is not in the state"


def _same(row: datetime | None, kept: str | None) -> bool:
    return row == (datetime.fromisoformat(kept) if kept else None)
