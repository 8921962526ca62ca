"""What an actor may do with the open tasks of many subjects at once, and why not with the others.

For pages on which many rows are handled together: as many statements for two hundred subjects as for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yipan.platform import calendar
from yipan.platform.people.queries import at_work
from yipan.platform.records import Actor

from . import queries, reach
from .actions.permission import SEPARATION
from .domain import holders
from .domain.delta import OPEN
from .models import Instance, Task


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of a subject; ``why`` says why the actor cannot do it ("" when he can)."""

    id: int
    name: str
    act: str
    outcomes: tuple[str, ...]
    applicant_step: bool
    why: str


def of_subjects(kind: str, ids: Sequence[int], actor: Actor) -> dict[int, list[OpenTask]]:
    """The open tasks of subjects, oldest first, by subject (five statements at most)."""
    wanted = [str(one) for one in ids]
    rows = Task.objects.filter(instance__subject_kind=kind, instance__subject_id__in=wanted, status__in=OPEN)
    tasks = list(rows.select_related("instance").order_by("id"))
    found = reach.reach_of(actor)
    firms = {t.instance.applicant_entity_id for t in tasks if t.instance.applicant_entity_id is not None}
    agents = at_work.agents_of(firms, calendar.now())
    persons = {t.instance.applicant_person_id for t in tasks if t.instance.applicant_entity_id is None}
    guardians = at_work.guardians_by_ward({one for one in persons if one is not None}, calendar.now())
    answer: dict[int, list[OpenTask]] = {one: [] for one in ids}
    for task in tasks:
        held = task.instance
        own = guardians if held.applicant_entity_id is None else agents
        acting = own.get(held.applicant_entity_id or held.applicant_person_id or 0, frozenset())
        why = _why(task, actor, found, acting)
        answer[int(held.subject_id)].append(
            OpenTask(task.pk, task.name, task.act, tuple(task.outcomes), task.applicant_step, why)
        )
    return answer


def _why(task: Task, actor: Actor, found: Any, acting: frozenset[int]) -> str:
    """The same answers, in the same words, as completing the task would give."""
    if holders.APPLICANT in task.roles:
        return "这一步由申请人本人或其经办人办理。"
    access = found.behalf(queries.keys_of(task), task.excluded)
    if access.why == "separation" or (access.allowed and {actor.person_id, access.on_behalf} & acting):
        return SEPARATION.format(name=task.name)
    if not access.allowed:
        if task.person_id is not None:
            return f"“{task.name}”由{task.person_name or '其他人员'}办理，您不能办理。"
        return f"您不在“{task.name}”的办理人员之列。"
    return "正在等待加签人员的意见。" if task.status == "waiting" else ""


def subjects_of(kind: str, instance_ids: Sequence[int]) -> list[int]:
    """The subjects of running instances, in their order (one statement)."""
    rows = Instance.objects.filter(pk__in=list(instance_ids), subject_kind=kind)
    by_instance = dict(rows.values_list("pk", "subject_id"))
    return list(dict.fromkeys(int(by_instance[one]) for one in instance_ids if one in by_instance))
