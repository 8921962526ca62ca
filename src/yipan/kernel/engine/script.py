"""Plays a rehearsal by a script, one object a step, and reports after each what is open: ``yipan bpmn run``.

Steps (every key beside the first is optional):
    {"start": {"amount": 5}, "by": "7", "key": "K1", "element": ""}   begin; one begins by itself without it
    {"complete": "A", "outcome": "pass", "data": {}, "by": "8", "on_behalf": ""}
    {"message": "m", "key": "K1", "data": {}}      {"signal": "g", "data": {}}
    {"advance": "PT2H"} or {"advance": "2021-11-05T09:00:00"}         time passes, timers fire
    {"answer": "t", "data": {}, "error": ""}                          a service was carried out, or failed by a code
    {"move": "return", "task": "B", "element": "A", "then": "back", "to": [], "reason": "…", "by": "8"}
    {"control": "suspend" | "resume" | "terminate" | "jump", "task": "A", "element": "C", "reason": "…", "by": "1"}
    {"clock": "pause" | "resume"}                                     the legal clock
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from yipan.kernel import clock

from . import effects as fx
from .errors import EngineError, Refused
from .inputs import Clock, Control, Move
from .rehearsal import Instance, Rehearsal
from .timers import duration
from .values import pack

Step = Mapping[str, Any]
KEYS: dict[str, set[str]] = {
    "start": {"by", "key", "element"},
    "complete": {"outcome", "data", "by", "on_behalf"},
    "message": {"key", "data"},
    "signal": {"data"},
    "advance": set(),
    "answer": {"data", "error"},
    "move": {"task", "element", "then", "to", "reason", "by"},
    "control": {"task", "element", "reason", "by"},
    "clock": set(),
}


class ScriptError(Exception):
    """A step that cannot be read or made: its number (from 1), why, and how to mend it."""


def check(steps: Any) -> list[Step]:
    """The steps of a script that was read from JSON. Raises ScriptError with everything that is wrong."""
    if not isinstance(steps, list):
        raise ScriptError('脚本须是一个列表，每个元素是一步，如 [{"complete": "A"}]')
    wrong: list[str] = []
    for number, step in enumerate(steps, 1):
        words = [key for key in step if key in KEYS] if isinstance(step, dict) else []
        # "key", "task" … also stand beside others; what a step does is its first known word.
        if not words:
            wrong.append(f"第 {number} 步：须写明做什么（{'、'.join(KEYS)}）")
            continue
        unknown = sorted(step.keys() - {words[0]} - KEYS[words[0]])
        if unknown:
            known = "、".join(sorted(KEYS[words[0]])) or "无"
            wrong.append(f"第 {number} 步：{words[0]} 不认识 {'、'.join(unknown)}，可用的有 {known}")
    if wrong:
        raise ScriptError("\n".join(wrong))
    return steps


def run(rehearsal: Rehearsal, steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    """Make the steps one by one; after each a report. The last report has ``problem`` when a step was not possible."""
    seen: dict[int, int] = {}
    made = list(steps)
    begins = bool(made) and any(word in made[0] for word in ("start", "message", "signal"))
    if not begins:
        made.insert(0, {"start": {}})
    for number, step in enumerate(made, 1 if begins else 0):
        problem = ""
        try:
            _ACTS[next(key for key in step if key in KEYS)](rehearsal, step)
        except (Refused, EngineError) as refused:
            problem = str(refused)
        except ValueError as wrong:
            problem = f"无法识别的时间：{wrong}（请写成 PT2H 或 2021-11-05T09:00:00）"
        yield report(rehearsal, number, step, seen, problem)
        if problem:
            return


def report(rehearsal: Rehearsal, number: int, step: Step, seen: dict[int, int], problem: str = "") -> dict[str, Any]:
    """What is open after a step; ``events`` are those since the report before (``seen`` remembers how many)."""
    found: dict[str, Any] = {"step": number, "do": dict(step), "now": rehearsal.now.isoformat(), "instances": []}
    for instance in rehearsal.instances:
        new = instance.effects[seen.get(instance.id, 0) :]
        seen[instance.id] = len(instance.effects)
        found["instances"].append(_instance(instance, new))
    if problem:
        found["problem"] = problem
    return found


def _instance(instance: Instance, new: Sequence[fx.Effect]) -> dict[str, Any]:
    return {
        "id": instance.id,
        "process": instance.model.process.id,
        "parent": instance.parent[0].id if instance.parent else None,
        "status": instance.status,
        "error": instance.finish.error if instance.finish else "",
        "tasks": [
            {
                "element": t.element, "name": t.name, "kind": t.kind, "persons": list(t.persons),
                "roles": list(t.roles), "due": t.due.isoformat() if t.due else None,
            }
            for t in instance.tasks.values()
        ],
        "calls": [{"element": call.element, "act": call.act} for call in instance.calls.values()],
        "timers": [
            {"element": t.element, "at": t.at.isoformat() if t.at else None} for t in instance.timers.values()
        ],
        "waiting": [
            {"element": s.element, "kind": s.kind, "name": s.name, "key": s.key}
            for s in instance.subscriptions.values()
        ],
        "events": [
            {"element": e.element, "lifecycle": e.lifecycle, "detail": e.detail} for e in new if isinstance(e, fx.Log)
        ],
        "thrown": [{"kind": e.kind, "name": e.name, "key": e.key} for e in new if isinstance(e, fx.Throw)],
        "alerts": [{"element": e.element, "message": e.message} for e in new if isinstance(e, fx.Alert)],
        "variables": {name: pack(value) for name, value in instance.data.items()},
    }  # fmt: skip


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """A time: an ISO 8601 duration from now, or a date and time (of Shanghai where no zone is given)."""
    if text.startswith("P"):
        return duration(text, now)
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)


def _start(rehearsal: Rehearsal, step: Step) -> None:
    rehearsal.start(
        data=step["start"], by=step.get("by", ""), business_key=step.get("key", ""), element=step.get("element", "")
    )


def _complete(rehearsal: Rehearsal, step: Step) -> None:
    rehearsal.complete(
        step["complete"], step.get("outcome", ""), step.get("data"), by=step.get("by", ""),
        on_behalf=step.get("on_behalf", ""),
    )  # fmt: skip


def _move(rehearsal: Rehearsal, step: Step) -> None:
    if step["move"] == "recall":
        instance, closed = _last_closed(rehearsal, step.get("task", ""))
        rehearsal.feed(instance, Move(closed, "recall", step.get("by", "")))
        return
    instance, task = rehearsal.find(step.get("task", ""))
    rehearsal.feed(
        instance,
        Move(
            task.task, step["move"], step.get("by", ""), tuple(step.get("to", ())), step.get("element", ""),
            step.get("then", "forward"), reason=step.get("reason", ""),
        ),
    )  # fmt: skip


def _last_closed(rehearsal: Rehearsal, element: str) -> tuple[Instance, str]:
    for instance in rehearsal.instances:
        of = {e.task for e in instance.effects if isinstance(e, fx.OpenTask) and e.element == element}
        closed = [e.task for e in instance.effects if isinstance(e, fx.CloseTask) and e.task in of]
        if closed:
            return instance, closed[-1]
    raise Refused("gone", f"任务“{element}”没有办理过。")


def _control(rehearsal: Rehearsal, step: Step) -> None:
    instance, task = rehearsal.instances[0], ""
    if step.get("task"):
        instance, found = rehearsal.find(step["task"])
        task = found.task
    event = Control(step["control"], step.get("by", ""), step.get("reason", ""), task, step.get("element", ""))
    rehearsal.feed(instance, event)


_ACTS: dict[str, Callable[[Rehearsal, Step], Any]] = {
    "start": _start,
    "complete": _complete,
    "message": lambda r, s: r.message(s["message"], s.get("key", ""), s.get("data")),
    "signal": lambda r, s: r.signal(s["signal"], s.get("data")),
    "advance": lambda r, s: r.advance(moment(s["advance"], r.now)),
    "answer": lambda r, s: r.answer(s["answer"], s.get("data"), error=s.get("error", "")),
    "move": _move,
    "control": _control,
    "clock": lambda r, s: r.feed(r.instances[0], Clock(s["clock"])),
}
