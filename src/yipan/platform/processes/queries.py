"""Every read of the room: tasks of a subject, single rows for the actions. Lists are in boxes, work nobody
can do in orphans, definitions in versions; all are asked for here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from yipan.platform import calendar, people
from yipan.platform.records import Actor

from . import reach, registry
from .boxes import BOXES, MOST, PAGE, Box, Line, Page, counts, open_count, todo
from .domain import holders
from .domain.delta import OPEN, Row
from .domain.values import InstanceView
from .models import Entry, ErrandEntry, Instance, Subscription, Task
from .orphans import UnitTask, tasks_of_person, unit_tasks
from .versions import DefinitionRow, definitions, other_versions, process_names, running_on

__all__ = [
    "BOXES", "MOST", "PAGE", "DefinitionRow", "Line", "MyTask", "Page", "UnitTask", "belongs", "children_of",
    "counts", "definitions", "errand_contacts", "errand_url", "followed", "instance", "instance_of", "keys_of",
    "matter_titles", "may_know_task", "may_see", "my_open_task", "my_task", "my_tasks", "next_task", "open_count",
    "open_task", "open_tasks", "open_tasks_of", "other_versions", "passed_elements", "process_names", "running",
    "running_on", "task_row",
    "tasks_of_person", "titles", "todo", "transfer_candidates", "unit_tasks", "url_of", "waiting_for",
]  # fmt: skip

NEXT_AMONG = 10


# -- tasks of a subject ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class MyTask:
    """An open task as a page offers it to the actor. ``key`` is an idempotency key for completing it;
    ``deputy_for`` the person he would stand in for ("" for himself)."""

    id: int
    key: str
    name: str
    act: str
    form: str
    element_id: str
    opinion_column: str
    outcomes: tuple[str, ...]
    status: str
    unit_key: str
    opened_at: datetime
    due_at: datetime | None
    deputy_for: str
    claimed_by_other: str
    may_claim: bool
    may_unclaim: bool
    mine: bool
    instance_id: int

    @property
    def may_be_done(self) -> bool:
        """Whether nobody else has it in hand and no added signer is waited for."""
        return not self.claimed_by_other and self.status != "waiting"


def open_tasks(subject: tuple[str, object]) -> list[Task]:
    """Open tasks of a subject, oldest first (one statement)."""
    return list(
        Task.objects.filter(instance__subject_kind=subject[0], instance__subject_id=str(subject[1]), status__in=OPEN)
        .select_related("instance")
        .order_by("id")
    )


def open_tasks_of(instance_id: int) -> list[Task]:
    """Open tasks of one instance, oldest first (one statement)."""
    rows = Task.objects.filter(instance_id=instance_id, status__in=OPEN)
    return list(rows.select_related("instance").order_by("id"))


def my_tasks(subject: tuple[str, object], actor: Actor, tasks: list[Task] | None = None) -> list[MyTask]:
    """Open tasks that the actor may work on, himself or as deputy; his claimed ones first. ``tasks``: the subject's
    open tasks, when the caller has read them already."""
    return _offered(open_tasks(subject) if tasks is None else tasks, actor)


def my_open_task(task_id: int, actor: Actor) -> MyTask | None:
    """One open task, when the actor may work on it (or a colleague of his group has claimed it)."""
    tasks = Task.objects.filter(pk=task_id, status__in=OPEN).select_related("instance")
    return next(iter(_offered(list(tasks), actor)), None)


def instance_of(task_id: int) -> int:
    """The instance a task belongs to."""
    return Task.objects.values_list("instance_id", flat=True).get(pk=task_id)


def belongs(task_id: int, subject: tuple[str, object]) -> bool:
    """Whether a task is one of this subject's."""
    return Task.objects.filter(
        pk=task_id, instance__subject_kind=subject[0], instance__subject_id=str(subject[1])
    ).exists()


def may_know_task(task_id: int, actor: Actor) -> bool:
    """Whether somebody may hear what became of a task: it is or was work of his group, or he may see its instance."""
    task = Task.objects.filter(pk=task_id).select_related("instance").first()
    if task is None:
        return False
    found = reach.reach_of(actor)
    allowed = found.behalf(keys_of(task), task.excluded).allowed or bool(_colleague(task, found))
    return allowed or may_see(task.instance_id, actor)  # type: ignore[attr-defined]


def _offered(tasks: list[Task], actor: Actor) -> list[MyTask]:
    if not tasks or actor.person_id is None:
        return []
    found = reach.reach_of(actor)
    absent: dict[int, str] | None = None
    mine: list[MyTask] = []
    for task in tasks:
        access = found.behalf(keys_of(task), task.excluded)
        # Group work that a colleague has claimed stays visible to the group, with his name.
        claimed = "" if access.allowed else _colleague(task, found)
        if not access.allowed and not claimed:
            continue
        if holders.APPLICANT not in task.roles and reach.applies_for(
            task.instance.applicant_entity_id,
            (actor.person_id, access.on_behalf),
            calendar.now(),
            person_id=task.instance.applicant_person_id,
        ):
            continue
        behalf = task.on_behalf if task.person_id == actor.person_id else access.on_behalf
        if behalf is not None and absent is None:
            absent = reach.names_of_absent(actor, calendar.now())
        name = (absent or {}).get(behalf, task.on_behalf_name) if behalf is not None else ""
        mine.append(_my_task(task, actor, name, claimed))
    return sorted(mine, key=lambda task: (bool(task.claimed_by_other), not task.mine))


def my_task(subject: tuple[str, object], actor: Actor) -> MyTask | None:
    """The task of a subject that the actor is to work on now."""
    return next(iter(my_tasks(subject, actor)), None)


def keys_of(task: Task) -> list[str]:
    """Under which keys people find a task."""
    return holders.keys_of_task(
        person_id=task.person_id,
        persons=task.persons,
        roles=task.roles,
        unit=task.unit_key,
        applicant_person=task.instance.applicant_person_id,
        applicant_entity=task.instance.applicant_entity_id,
    )


def _colleague(task: Task, found: reach.Reach) -> str:
    if task.person_id is None or task.persons or found.person_id in task.excluded:
        return ""
    group = [holders.role_key(role, unit) for role in task.roles for unit in (task.unit_key, holders.EVERYWHERE)]
    return task.person_name or "其他人员" if any(key in found.own for key in group) else ""


def _my_task(task: Task, actor: Actor, deputy_for: str, claimed: str) -> MyTask:
    mine = task.person_id is not None and task.person_id == actor.person_id
    return MyTask(
        id=task.pk,
        key=f"task-{task.pk}-{actor.person_id}",
        name=task.name,
        act=task.act,
        form=task.form,
        element_id=task.element_id,
        opinion_column=task.opinion_column,
        outcomes=tuple(task.outcomes),
        status=task.status,
        unit_key=task.unit_key,
        opened_at=task.opened_at,
        due_at=task.due_at,
        deputy_for=deputy_for,
        claimed_by_other=claimed,
        may_claim=task.person_id is None and not task.persons and bool(task.roles),
        may_unclaim=mine and bool(task.roles) and not task.persons,
        mine=mine,
        instance_id=task.instance_id,  # type: ignore[attr-defined]
    )


def next_task(actor: Actor, besides: tuple[str, object]) -> str:
    """Address of the most urgent task of the actor that is not about this subject; "" when there is none."""
    here = (besides[0], str(besides[1]))
    for line in Box(actor).lines(limit=NEXT_AMONG):
        if (line.subject_kind, line.subject_id) != here and line.task_status != "waiting":
            return line.url if line.errand is not None else url_of(line.subject_kind, line.subject_id)
    return ""


def open_task(subject: tuple[str, object], act: str = "", element: str = "") -> Task | None:
    """Any open task of a subject with this act or element; no rights are asked (programs, applicants' pages)."""
    for task in open_tasks(subject):
        if (not act or task.act == act) and (not element or task.element_id == element):
            return task
    return None


def transfer_candidates(task_id: int, actor: Actor) -> list[tuple[int, str]]:
    """To whom a task can be handed: colleagues who could have taken it, as (account id, "name · post")."""
    task = Task.objects.filter(pk=task_id, status__in=OPEN).first()
    if task is None:
        return []
    now = calendar.now()
    roles = [role for role in task.roles if role != holders.APPLICANT]
    found = [holder for role in roles for holder in people.queries.holders(role, task.unit_key or None, now)]
    if not found and actor.unit_id is not None:
        found = people.queries.colleagues(actor.unit_id)
    barred = set(task.excluded) | {actor.person_id, task.person_id}
    seen: dict[int, str] = {}
    for holder in found:
        if holder.person_id not in barred:
            seen.setdefault(holder.account_id, f"{holder.name} · {holder.unit_name} {holder.post_name}")
    return list(seen.items())


def passed_elements(instance_id: int) -> list[tuple[str, str]]:
    """Where a task can be returned to: elements done by people in this instance, latest first, as (id, name)."""
    rows = Task.objects.filter(instance_id=instance_id, status="done", act="").order_by("-ended_at", "-id")
    return list(dict(rows.values_list("element_id", "name")).items())


def workers_of(task: Mapping[str, Any], now: datetime) -> list[int]:
    """Those who can do a task now: who has it, the named ones, or the holders of its roles; with their deputies."""
    persons = [task["person_id"]] if task["person_id"] is not None else list(task["persons"])
    if not persons:
        persons = [
            holder.person_id
            for role in task["roles"]
            if role != holders.APPLICANT
            for holder in people.queries.holders(role, task["unit_key"] or None, now)
        ]
    deputies = people.queries.deputies_of(persons, now)
    persons += [deputy.person_id for held in deputies.values() for deputy in held]
    return [person for person in dict.fromkeys(persons) if person not in task["excluded"]]


def workers(subject: tuple[str, object], now: datetime) -> list[int]:
    """Those whom the open work of a subject waits for; not the applicant."""
    found = (workers_of(vars(task), now) for task in open_tasks(subject) if holders.APPLICANT not in task.roles)
    return list(dict.fromkeys(person for persons in found for person in persons))


# -- titles of subjects ----------------------------------------------------------------------------------------------
def titles(subjects: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """What the rooms say about subjects, one question per kind."""
    kinds: dict[str, list[str]] = {}
    for kind, subject_id in dict.fromkeys(subjects):
        kinds.setdefault(kind, []).append(subject_id)
    return {
        (kind, subject_id): title
        for kind, ids in kinds.items()
        if kind in registry.subjects
        for subject_id, title in registry.subjects[kind].titles(ids).items()
    }


@dataclass(frozen=True, slots=True)
class MatterTitle:
    """What a matter is called that is about nothing but its process."""

    title: str
    subtitle: str = ""
    light: None = None


def matter_titles(ids: list[str]) -> dict[str, MatterTitle]:
    """Name of the process and business key of matters by id of the instance (one statement)."""
    rows = Instance.objects.filter(pk__in=[int(one) for one in ids if one.isdecimal()])
    found = rows.values_list("id", "definition__name", "definition__key", "business_key")
    return {str(id_): MatterTitle(name or key, business) for id_, name, key, business in found}


def url_of(kind: str, subject_id: str) -> str:
    """The page of a subject; "" when its room has none."""
    return registry.subjects[kind].url(subject_id) if kind in registry.subjects else ""


# -- rows for the actions --------------------------------------------------------------------------------------------
def running(subject: tuple[str, object]) -> list[int]:
    """Ids of instances of a subject that have not ended, parents first."""
    rows = Instance.objects.filter(subject_kind=subject[0], subject_id=str(subject[1]), ended_at=None)
    return list(rows.order_by("id").values_list("id", flat=True))


def children_of(instance_id: int, call: str) -> list[int]:
    """Ids of the called process, or of the parts, of a call that have not ended."""
    rows = Instance.objects.filter(parent_id=instance_id, ended_at=None)
    mine = rows.filter(Q(parent_call=call) | Q(parent_call__startswith=f"{call}#"))
    return list(mine.order_by("id").values_list("id", flat=True))


def waiting_for(kind: str, name: str, key: str) -> list[tuple[int, str]]:
    """Subscriptions to a message (name and key) or a signal (name), as (instance id, engine's id)."""
    rows = Subscription.objects.filter(kind=kind, name=name, instance__ended_at=None)
    if kind == "message":
        rows = rows.filter(correlation=key)
    return list(rows.order_by("instance_id", "id").values_list("instance_id", "key"))


def task_row(instance_id: int, key: str) -> Row:
    """A task as the writing statement knows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(t) FROM processes_task t WHERE t.instance_id = %s AND t.key = %s", [instance_id, key]
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"instance {instance_id} has no task {key}")
    return json.loads(row[0]) if isinstance(row[0], str) else row[0]


def instance(instance_id: int, *, repeated: bool = False) -> InstanceView:
    """One instance by id."""
    row = Instance.objects.select_related("definition").get(pk=instance_id)
    return InstanceView(
        row.pk, row.definition.key, row.definition.version, (row.subject_kind, row.subject_id), row.item_key,
        row.business_key, row.status, row.started_at, row.ended_at, row.applicant_person_id, row.applicant_entity_id,
        repeated,
        row.definition.name or row.definition.key,
    )  # fmt: skip


def followed(instance_id: int, actor: Actor) -> bool:
    """Whether the matter is in the actor's 我的关注."""
    if actor.person_id is None:
        return False
    key = holders.person_key(actor.person_id)
    return Entry.objects.filter(box="followed", holder=key, instance_id=instance_id).exists()


def errand_url(errand_id: int, actor: Actor) -> str:
    """Where an errand is done, for those in whose lists it stands; "" for others."""
    mine = ErrandEntry.objects.filter(errand_id=errand_id, holder__in=reach.reach_of(actor).all)
    return mine.values_list("errand__url", flat=True).first() or ""


def errand_contacts(errand_id: int) -> tuple[list[int], list[tuple[str, str]]] | None:
    """Who is asked to do an open errand: persons, and (role, unit) pairs; None when it is closed."""
    lines = ErrandEntry.objects.filter(errand_id=errand_id, box="todo", errand__closed_at=None)
    keys = list(lines.values_list("holder", flat=True))
    return holders.named(keys) if keys else None


_PART = """
SELECT EXISTS (SELECT 1 FROM processes_entry e WHERE e.instance_id = %(id)s AND e.holder = ANY(%(keys)s))
"""


def may_see(instance_id: int, actor: Actor) -> bool:
    """Whether somebody may look at an instance: it stands in one of his lists (open work, done, copied, started,
    followed), or he manages processes or the tasks of its units."""
    with connection.cursor() as cursor:
        cursor.execute(_PART, {"id": instance_id, "keys": reach.reach_of(actor).all})
        if cursor.fetchone()[0]:
            return True
    if people.access.holds(actor, "process.manage"):
        return Instance.objects.filter(pk=instance_id).exists()
    scope = people.scope_filter(actor, "task.hand_over")
    tasks = Task.objects.filter(instance_id=instance_id)
    if scope.kind == "district":
        return tasks.exists()
    return bool(scope.unit_keys) and tasks.filter(unit_key__in=scope.unit_keys).exists()
