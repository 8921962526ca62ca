"""Where an instance stands, as a picture and as a plain list of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from yipan.kernel import bpmn, clock
from yipan.platform import calendar, records
from yipan.platform.ui import formats

from . import definitions
from .domain.delta import OPEN
from .domain.differences import DifferenceRow, Size, row_of, size
from .domain.outlines import reachable
from .models import Instance, Task

# What became of an element, by the last change in its life; elements are told apart by nothing else.
_PASSED: dict[str, bpmn.Mark] = {
    "completed": "done", "skipped": "done", "returned": "returned", "recalled": "returned", "cancelled": "cancelled",
    "jumped": "cancelled", "failed": "cancelled",
}  # fmt: skip
# What a token does where it stands: people work on it, or it waits for others, for an event, for a time.
_STANDING: dict[str, bpmn.Mark] = {
    "task": "active", "active": "active", "scope": "active", "multi": "active",
    "parts": "active",
}  # fmt: skip


def picture_for(instance_id: int) -> str:
    """The SVG of the version an instance runs on: what was passed, is open or late, waits, was returned or cancelled
    (three statements)."""
    instance = Instance.objects.get(pk=instance_id)
    process = definitions.ready(instance.definition_id).process  # type: ignore[attr-defined]
    return bpmn.picture(process, marks_of(instance))


def marks_of(instance: Instance) -> dict[str, bpmn.Mark]:
    """The mark of every element the instance has come to: the event log for what is over, the state for what is not."""
    subject = (instance.subject_kind, instance.subject_id)
    parts = parts_of(instance)
    lives = records.queries.last_of_elements(subject, [instance.pk, *parts], list(_PASSED))
    marks: dict[str, bpmn.Mark] = {element: _PASSED[life] for element, life in lives.items()}
    for token in instance.state["tokens"].values():
        marks[token["e"]] = _STANDING.get(token["w"], "waiting")
    now = calendar.now()
    open_ = Task.objects.filter(instance__in=[instance.pk, *parts], status__in=OPEN)
    for element, due in open_.values("element_id").annotate(due=Min("due_at")).values_list("element_id", "due"):
        late = due is not None and due < now
        marks[element] = "paused" if instance.clock_stopped else "overdue" if late else "active"
    return marks


def parts_of(instance: Instance) -> list[int]:
    """Ids of the instances that very many parallel ones have become (no statement for models without such)."""
    nodes = definitions.ready(instance.definition_id).process.nodes.values()  # type: ignore[attr-defined]
    if not any(node.multi is not None and not node.multi.sequential for node in nodes):
        return []
    mine = Q(parent=instance) | Q(parent__parent=instance)
    return list(Instance.objects.filter(mine, parent_call__contains="#").values_list("id", flat=True))


def picture_of(definition_id: int, marks: Mapping[str, bpmn.Mark] | None = None) -> str:
    """The SVG of a version; ``marks`` where it is compared with another."""
    return bpmn.picture(definitions.ready(definition_id).process, marks)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions side by side: their pictures with what was added, removed and changed, and the list of it; flows
    apart, because they follow from the steps. ``sizes``: before and after."""

    before: str
    after: str
    rows: tuple[DifferenceRow, ...]
    flows: tuple[DifferenceRow, ...]
    sizes: tuple[Size, Size]


def compare(before_id: int, after_id: int) -> Compared:
    before, after = definitions.ready(before_id).process, definitions.ready(after_id).process
    lines = bpmn.difference(before, after)
    old: dict[str, bpmn.Mark] = {one.id: "removed" if one.what == "removed" else "changed" for one in lines}
    new: dict[str, bpmn.Mark] = {one.id: "added" if one.what == "added" else "changed" for one in lines}
    rows = [(line, row_of(line, before, after)) for line in lines]
    return Compared(
        bpmn.picture(before, old),
        bpmn.picture(after, new),
        tuple(row for line, row in rows if line.kind != "flow"),
        tuple(row for line, row in rows if line.kind == "flow"),
        (size(before), size(after)),
    )


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
    many = _many(parts_of(instance), instance)
    done = [_done(task) for task in sorted(tasks, key=lambda t: (t.ended_at or t.opened_at, t.pk)) if _counts(task)]
    open_ = [_open(task, instance) for task in tasks if task.status in OPEN]
    done += [step for step in many if step.state == "done"]
    open_ += [step for step in many if step.state == "now"]
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


def _many(parts: list[int], instance: Instance) -> list[Step]:
    """A step that very many do at once is one line with how many have done it (one statement)."""
    if not parts:
        return []
    rows = Task.objects.filter(instance__in=parts, kind__in=("work", "sign")).values("element_id", "name")
    counted = rows.annotate(
        done=Count("id", filter=Q(status="done")), all=Count("id", filter=Q(status__in=("done", *OPEN))),
        last=Max("ended_at"), due=Min("due_at", filter=Q(status__in=OPEN)), first=Min("id"),
    )  # fmt: skip
    return [_one_of_many(row, instance) for row in counted.order_by("first")]


def _one_of_many(row: Mapping[str, Any], instance: Instance) -> Step:
    told = f"已完成 {row['done']} 个，共 {row['all']} 个"
    if row["done"] == row["all"] or instance.ended_at is not None:
        return Step(row["name"], "done", f"{told} {formats.moment(row['last'])}", row["last"], None, "",
                    row["element_id"], applicant=False)  # fmt: skip
    due = f"，最早 {clock.show_due(row['due'])} 到期" if row["due"] else ""
    return Step(row["name"], "now", told + due, None, row["due"], "", row["element_id"], applicant=False)


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
