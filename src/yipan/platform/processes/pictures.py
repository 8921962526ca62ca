"""Where an instance stands, as a picture and as a plain list of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yipan.kernel import bpmn, clock
from yipan.platform import calendar, records
from yipan.platform.ui import formats

from . import definitions
from .domain.delta import OPEN
from .domain.outlines import reachable
from .models import Instance, Task

# What became of an element, by the last change in its life; elements are told apart by nothing else.
_PASSED: dict[str, bpmn.Mark] = {
    "completed": "done", "skipped": "done", "returned": "returned", "recalled": "returned", "cancelled": "cancelled",
    "jumped": "cancelled", "failed": "cancelled",
}  # fmt: skip
# What a token does where it stands: people work on it, or it waits for others, for an event, for a time.
_STANDING: dict[str, bpmn.Mark] = {"task": "active", "active": "active", "scope": "active", "multi": "active"}


def picture_for(instance_id: int) -> str:
    """The SVG of the version an instance runs on: what was passed, is open or late, waits, was returned or cancelled
    (three statements)."""
    instance = Instance.objects.get(pk=instance_id)
    process = definitions.ready(instance.definition_id).process  # type: ignore[attr-defined]
    return bpmn.picture(process, marks_of(instance))


def marks_of(instance: Instance) -> dict[str, bpmn.Mark]:
    """The mark of every element the instance has come to: the event log for what is over, the state for what is not."""
    subject = (instance.subject_kind, instance.subject_id)
    lives = records.queries.last_of_elements(subject, instance.pk, list(_PASSED))
    marks: dict[str, bpmn.Mark] = {element: _PASSED[life] for element, life in lives.items()}
    for token in instance.state["tokens"].values():
        marks[token["e"]] = _STANDING.get(token["w"], "waiting")
    now = calendar.now()
    for element, due in Task.objects.filter(instance=instance, status__in=OPEN).values_list("element_id", "due_at"):
        late = due is not None and due < now
        marks[element] = "paused" if instance.clock_stopped else "overdue" if late else "active"
    return marks


def picture_of(definition_id: int, marks: Mapping[str, bpmn.Mark] | None = None) -> str:
    """The SVG of a version; ``marks`` where it is compared with another."""
    return bpmn.picture(definitions.ready(definition_id).process, marks)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions side by side: their pictures with what was added, removed and changed, and the list of it."""

    before: str
    after: str
    lines: tuple[bpmn.ElementDifference, ...]


def compare(before_id: int, after_id: int) -> Compared:
    before, after = definitions.ready(before_id).process, definitions.ready(after_id).process
    lines = bpmn.difference(before, after)
    old: dict[str, bpmn.Mark] = {one.id: "removed" if one.what == "removed" else "changed" for one in lines}
    new: dict[str, bpmn.Mark] = {one.id: "added" if one.what == "added" else "changed" for one in lines}
    return Compared(bpmn.picture(before, old), bpmn.picture(after, new), tuple(lines))


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
