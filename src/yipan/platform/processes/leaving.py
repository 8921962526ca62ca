"""What somebody who leaves hands over of this room (``people.handover``): tasks, errands of other rooms, copies to
read, matters he follows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from yipan.platform.people import handover
from yipan.platform.people.handover import Line
from yipan.platform.records import Actor

from . import errands, queries
from .actions.errands import hand_over as hand_over_errands
from .actions.lists import hand_over as hand_over_lines
from .actions.move import hand_over_all
from .domain import holders
from .models import Entry, Errand, ErrandEntry, Task

REGISTER = "待办任务"
ERRANDS = "其他待办"
LINES = {"to_read": "待阅", "followed": "我的关注"}


def register() -> None:
    handover.register(REGISTER, count, transfer)
    handover.register(ERRANDS, count_errands, transfer_errands)
    for box, name in LINES.items():
        handover.register(name, _count_of(box), _transfer_of(box), binding=False)


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


def count_errands(person_id: int) -> int:
    mine = holders.person_key(person_id)
    return ErrandEntry.objects.filter(box__in=("todo", "to_read"), holder=mine).count()


def transfer_errands(*, person_id: int, receiver: Any, actor: Actor, at: datetime, reason: str) -> list[Line]:  # noqa: ARG001
    """Approvals and signatures asked of the person; what the receiver may not decide on stays, and the list says so."""
    moved = hand_over_errands(from_person=person_id, to_person=receiver.person_id, at=at)
    left = Errand.objects.filter(entries__box="todo", entries__holder=holders.person_key(person_id)).order_by("id")
    return [
        *(Line(errand.key, _about(errand), "已移交") for errand in moved),
        *(Line(errand.key, _about(errand), "未移交：接收人须回避") for errand in left),
    ]


def _about(errand: Errand) -> str:
    return f"{errand.kind or errands.title_of(errand.source)}：{errand.title}"


def _count_of(box: str) -> Callable[[int], int]:
    return lambda person_id: Entry.objects.filter(box=box, holder=holders.person_key(person_id)).count()


def _transfer_of(box: str) -> Callable[..., list[Line]]:
    def move(*, person_id: int, receiver: Any, actor: Actor, at: datetime, reason: str) -> list[Line]:  # noqa: ARG001
        moved = hand_over_lines(box, from_person=person_id, to_person=receiver.person_id)
        said = queries.titles([line.subject for line in moved])
        lines = []
        for line in moved:
            title = said.get(line.subject)
            lines.append(Line(line.business_key, title.title if title is not None else line.process, "已移交"))
        return lines

    return move
