"""Work that nobody can do: open tasks of units whose people have left, are away without deputy, or do not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from yipan.platform import calendar, people
from yipan.platform.people.queries import at_work

from .domain.delta import OPEN
from .models import Task


@dataclass(frozen=True, slots=True)
class UnitTask:
    """An open task of a unit for its administrator. ``why``: claimed_absent, claimed_left, nobody or ""."""

    id: int
    instance_id: int
    subject_kind: str
    subject_id: str
    name: str
    roles: tuple[str, ...]
    person_name: str
    unit_key: str
    opened_at: datetime
    due_at: datetime | None
    why: str


def unit_tasks(unit_keys: Sequence[str] | None, *, only_orphaned: bool = True, limit: int = 200) -> list[UnitTask]:
    """Open tasks of units (None: of all) that wait for people who have left, are away without deputy, or do not exist.

    A few statements however many tasks there are: holders are asked once per role and unit."""
    rows = Task.objects.filter(status__in=OPEN, applicant_step=False, instance__status="running")
    if unit_keys is not None:
        rows = rows.filter(unit_key__in=list(unit_keys))
    now = calendar.now()
    tasks = list(rows.select_related("instance").order_by(F("due_at").asc(nulls_last=True), "id")[: limit * 5])
    named = {person for task in tasks for person in ([task.person_id] if task.person_id else task.persons)}
    present = at_work.present(named, now) if named else set()
    deputies = people.queries.deputies_of(named, now) if named else {}
    groups: dict[tuple[str, str], set[int]] = {}
    found: list[UnitTask] = []
    for task in tasks:
        why = _orphaned(task, present, deputies, groups, now)
        if why or not only_orphaned:
            found.append(_unit_task(task, why))
        if len(found) == limit:
            break
    return found


def _orphaned(
    task: Task,
    present: set[int],
    deputies: Mapping[int, Any],
    groups: dict[tuple[str, str], set[int]],
    now: datetime,
) -> str:
    persons = [task.person_id] if task.person_id is not None else list(task.persons)
    if persons:
        return "" if any(person in present or person in deputies for person in persons) else "left"
    for role in task.roles:
        key = (role, task.unit_key)
        if key not in groups:
            groups[key] = {h.person_id for h in people.queries.holders(role, task.unit_key or None, now)}
        if groups[key] - set(task.excluded):
            return ""
    return "nobody"


def _unit_task(task: Task, why: str) -> UnitTask:
    instance = task.instance
    return UnitTask(
        task.pk, instance.pk, instance.subject_kind, instance.subject_id, task.name, tuple(task.roles),
        task.person_name, task.unit_key, task.opened_at, task.due_at, why,
    )  # fmt: skip


def tasks_of_person(person_id: int) -> list[int]:
    """Ids of open tasks that wait for one person by name: what is handed over when he leaves."""
    rows = Task.objects.filter(status__in=OPEN).filter(Q(person_id=person_id) | Q(persons__contains=[person_id]))
    return list(rows.order_by("id").values_list("id", flat=True))
