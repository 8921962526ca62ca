"""Tasks on the list of open work that somebody who leaves hands over (``people.handover``)."""

from datetime import datetime
from typing import Any

from yipan.platform.people.handover import Line
from yipan.platform.records import Actor

from . import queries
from .actions.move import hand_over_all
from .models import Task

REGISTER = "待办任务"


def count(person_id: int) -> int:
    return len(queries.tasks_of_person(person_id))


def transfer(*, person_id: int, receiver: Any, actor: Actor, at: datetime, reason: str) -> list[Line]:
    """Reassign what waits for the person by name; what the receiver may not do stays, and the list says why."""
    done, refused = hand_over_all(
        person_id=person_id, to_person_id=receiver.person_id, actor=actor, now=at, reason=reason
    )
    tasks = Task.objects.filter(pk__in=[*done, *refused]).select_related("instance").order_by("pk")
    rows = list(tasks)
    said = queries.titles([(task.instance.subject_kind, task.instance.subject_id) for task in rows])
    lines = []
    for task in rows:
        title = said.get((task.instance.subject_kind, task.instance.subject_id))
        about = f"{task.name}：{title.title}" if title is not None else task.name
        note = f"未移交：{refused[task.pk]}" if task.pk in refused else "已移交"
        lines.append(Line(task.instance.business_key, about, note))
    return lines
