"""Lines of lists as templates show them: titles of subjects, words, lights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from yipan.kernel import clock
from yipan.platform import calendar
from yipan.platform.ui import formats

from . import errands, queries
from .queries import Line, UnitTask

STATUS = {
    "running": "办理中", "suspended": "已挂起", "completed": "已办结", "terminated": "已终止", "failed": "异常结束"
}  # fmt: skip
TASK_WORDS = {"claimed": ("已签收", "green"), "waiting": ("等待加签", "orange"), "open": ("待签收", "blue")}
TONES = {"running": "blue", "suspended": "orange", "completed": "green", "terminated": "grey", "failed": "red"}
KINDS = {"user": "人工环节", "manual": "人工环节", "task": "环节", "receive": "等待消息", "call": "子流程"}
WHY = {"left": "办理人已离任或请假且无人代理", "nobody": "本单位没有可以办理的人员"}


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One line; ``tone`` is the colour of ``state``; ``light`` has code, word and text, or is None; ``when``: due time
    of open work, else when it came."""

    href: str
    title: str
    subtitle: str
    task: str
    state: str
    tone: str
    light: Any
    when: str
    note: str
    process: str
    instance_id: int
    task_id: int | None
    sort_at: str
    key: str
    errand_id: int | None = None


def rows_of(lines: Sequence[Line], box: str) -> list[TodoRow]:
    """Lines with what the rooms say about their subjects: one question per kind of subject."""
    said = queries.titles([(line.subject_kind, line.subject_id) for line in lines if line.errand is None])
    now = calendar.now()
    days = calendar.current() if any(line.due_at for line in lines) else None
    return [
        _row(line, said.get((line.subject_kind, line.subject_id)), box, now, days)
        if line.errand is None
        else _errand(line, box, now, days)
        for line in lines
    ]


def _errand(line: Line, box: str, now: datetime, days: Any) -> TodoRow:
    """A line of another room: it says itself what it is and where it is done."""
    kind = errands.title_of(line.task_name)
    state, tone = {"todo": ("待处理", "blue"), "to_read": ("待阅", "grey")}.get(
        box, (STATUS[line.status], TONES[line.status])
    )
    return TodoRow(
        href=reverse("processes:errand", args=[line.errand]) if box == "to_read" else line.url,
        title=line.title,
        subtitle=line.subtitle,
        task=kind,
        state=state,
        tone=tone,
        light=_light(line, None, box, now, days),
        when=_when(line, box),
        note=_note(line, box),
        process=kind,
        instance_id=0,
        task_id=None,
        sort_at=line.sort_at,
        key=line.key,
        errand_id=line.errand,
    )


def _note(line: Line, box: str) -> str:
    by = {"to_read": "抄送", "todo": ""}.get(box, "代办")
    notes = [f"{line.by_name} {by}" if line.by_name and by else ""]
    if line.errand is not None and box == "todo" and line.by_name:
        notes.append(f"{line.by_name} 提出")
    notes.append("代理他人" if line.for_other and box == "todo" else "")
    return "，".join(note for note in notes if note)


def _row(line: Line, said: Any, box: str, now: datetime, days: Any) -> TodoRow:
    href = queries.url_of(line.subject_kind, line.subject_id) or reverse("processes:instance", args=[line.instance_id])
    if box in ("to_read", "followed"):
        href = reverse("processes:instance", args=[line.instance_id])
    state, tone = STATUS[line.status], TONES[line.status]
    if box == "todo":
        state, tone = TASK_WORDS.get(line.task_status, TASK_WORDS["open"])
    return TodoRow(
        href=href,
        title=said.title if said is not None else line.process,
        subtitle=said.subtitle if said is not None else f"{line.subject_kind} {line.subject_id}",
        task=line.task_name,
        state=state,
        tone=tone,
        light=_light(line, said, box, now, days),
        when=_when(line, box),
        note=_note(line, box),
        process=line.process,
        instance_id=line.instance_id,
        task_id=line.task_id,
        sort_at=line.sort_at,
        key=line.key,
    )


def _when(line: Line, box: str) -> str:
    """The end of the limit (midnight is 24:00 of the last day) for open work, else when it came into the box."""
    if box != "todo":
        return formats.moment(line.at)
    return clock.show_due(line.due_at) if line.due_at is not None else "—"


# A step's limit is the unit's own (内控时限): being late with a step is not yet being late with what was promised.
LATE_STEP = "超环节时限"


def task_light(due: datetime | None, *, now: datetime, days: Any = None, paused: bool = False) -> Any:
    """The light of a step; None without a limit, or where a year has no calendar."""
    if due is None and not paused:
        return None
    try:
        light = clock.light(due, now=now, calendar=days or calendar.current(), paused=paused)
    except clock.CalendarMissing:
        return None
    return replace(light, word=LATE_STEP) if light.is_overdue else light


def _light(line: Line, said: Any, box: str, now: datetime, days: Any) -> Any:
    """Of the task while it is open to do; else the subject's own one."""
    open_ = line.task_status or line.errand is not None
    if box == "todo" and (line.due_at is not None or line.clock_stopped) and open_:
        return task_light(line.due_at, now=now, days=days, paused=line.clock_stopped)
    return getattr(said, "light", None)


def shown_count(number: int) -> str | None:
    if not number:
        return None
    return f"{number:,}+" if number == queries.MOST else f"{number:,}"


@dataclass(frozen=True, slots=True)
class UnitRow:
    id: int
    href: str
    title: str
    subtitle: str
    task: str
    holder: str
    why: str
    due: str
    due_at: datetime | None


def unit_rows(tasks: Sequence[UnitTask]) -> list[UnitRow]:
    """Open tasks of a unit with the titles of their subjects."""
    said = queries.titles([(task.subject_kind, task.subject_id) for task in tasks])
    found = []
    for task in tasks:
        title = said.get((task.subject_kind, task.subject_id))
        found.append(
            UnitRow(
                id=task.id,
                href=reverse("processes:instance", args=[task.instance_id]),
                title=title.title if title is not None else f"{task.subject_kind} {task.subject_id}",
                subtitle=title.subtitle if title is not None else "",
                task=task.name,
                holder=task.person_name or "未签收",
                why=WHY.get(task.why, ""),
                due=clock.show_due(task.due_at) if task.due_at else "—",
                due_at=task.due_at,
            )
        )
    return found
