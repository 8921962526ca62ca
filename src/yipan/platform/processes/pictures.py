"""Where an instance stands, as a picture and as a plain list of steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.kernel import bpmn, clock
from yipan.platform import calendar
from yipan.platform.ui import formats

from . import definitions
from .domain.delta import OPEN
from .domain.outlines import reachable
from .models import Instance, Task

_MARKS = {"done": "done", "skipped": "done", "returned": "returned", "recalled": "returned", "cancelled": "cancelled"}


def picture_for(instance_id: int) -> str:
    """The SVG of the version an instance runs on, with what is done, open, late, returned (three statements)."""
    instance = Instance.objects.get(pk=instance_id)
    process = definitions.ready(instance.definition_id).process  # type: ignore[attr-defined]
    now = calendar.now()
    marks: dict[str, Any] = {}
    for task in Task.objects.filter(instance=instance).order_by("id"):
        if task.status in OPEN:
            late = task.due_at is not None and task.due_at < now
            marks[task.element_id] = "paused" if instance.clock_stopped else "overdue" if late else "active"
        else:
            marks[task.element_id] = _MARKS.get(task.status, "done")
    marks |= {start.id: "done" for start in process.starts()}
    for token in instance.state["tokens"].values():
        marks.setdefault(token["e"], "active")
    if instance.ended_at is not None:
        marks = {element: "cancelled" if mark == "active" else mark for element, mark in marks.items()}
    return bpmn.picture(process, marks)


def picture_of(definition_id: int) -> str:
    """The SVG of a version, without marks."""
    return bpmn.picture(definitions.ready(definition_id).process)


@dataclass(frozen=True, slots=True)
class Step:
    """One step for reading. ``state``: done, now, todo or stopped; ``word`` says it with the date; ``at`` when it was
    done, or is due; ``who`` is empty for applicants' eyes: names of clerks are for staff pages."""

    name: str
    state: str
    word: str
    at: datetime | None
    due_at: datetime | None
    who: str
    element_id: str
    applicant: bool

    @property
    def title(self) -> str:
        return self.name

    @property
    def note(self) -> str:
        return self.word


def steps_for(instance_id: int) -> list[Step]:
    """What was done, what is being done, what lies ahead, in this order (three statements)."""
    instance = Instance.objects.get(pk=instance_id)
    process = definitions.ready(instance.definition_id).process  # type: ignore[attr-defined]
    outline = Instance.objects.values_list("definition__outline", flat=True).get(pk=instance_id)
    tasks = list(Task.objects.filter(instance=instance, kind__in=("work", "sign")).order_by("id"))
    done = [_done(task) for task in sorted(tasks, key=lambda t: (t.ended_at or t.opened_at, t.pk)) if _counts(task)]
    open_ = [_open(task, instance) for task in tasks if task.status in OPEN]
    if instance.ended_at is not None:
        stopped = instance.status != "completed"
        word = f"{'已终止' if stopped else '已办结'} {formats.moment(instance.ended_at)}"
        end = Step("办结" if not stopped else "终止", "stopped" if stopped else "done", word, instance.ended_at, None,
                   "", "", applicant=False)  # fmt: skip
        return [*done, end]
    seen = {step.element_id for step in (*done, *open_)}
    ahead = reachable(process, {token["e"] for token in instance.state["tokens"].values()})
    later = [
        Step(node["name"], "todo", "未开始", None, None, "", node["id"], node["applicant"])
        for node in outline
        if node["id"] in ahead and node["id"] not in seen and not node["applicant"] and node["kind"] == "user"
    ]
    return [*done, *open_, *later]


def _counts(task: Task) -> bool:
    return task.status in ("done", "returned")


def _done(task: Task) -> Step:
    behalf = f"（代{task.on_behalf_name}）" if task.on_behalf_name else ""
    word = f"{'已退回' if task.status == 'returned' else '已完成'} {formats.moment(task.ended_at)}"
    return Step(
        task.name, "done", word, task.ended_at, task.due_at, f"{task.done_by_name}{behalf}", task.element_id,
        task.applicant_step,
    )  # fmt: skip


def _open(task: Task, instance: Instance) -> Step:
    if instance.clock_stopped or instance.status == "suspended":
        word = "计时暂停" if instance.clock_stopped else "已挂起"
    elif task.due_at is not None:
        word = f"办理中，{clock.show_due(task.due_at)} 前完成"
    else:
        word = "办理中"
    return Step(
        task.name, "now", word, None, task.due_at, task.person_name, task.element_id, task.applicant_step
    )  # fmt: skip
