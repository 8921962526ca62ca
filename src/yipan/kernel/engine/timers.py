"""When things are due: timers and task limits, counted with the legal clock or plain time, and counted again.

Legal limits (``P5WD``) stand still while the clock is paused and are dated anew afterwards; plain ISO dates and
durations run on.
"""

import datetime as dt
import re
from typing import Any

from yipan.kernel import bpmn, clock

from . import effects as fx
from .activities import Activities
from .compiled import Compiled, N
from .core import Token
from .errors import EngineError, Refused

_DURATION = re.compile(
    r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$"
)


def duration(text: str, start: dt.datetime) -> dt.datetime:
    """``start`` plus an ISO 8601 duration; years and months by the calendar."""
    found = _DURATION.match(text)
    if not found or text in ("P", "PT"):
        raise ValueError(f"“{text}”不是 ISO 8601 时长")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    month = start.month - 1 + months + 12 * years
    year, month = start.year + month // 12, month % 12 + 1
    last = ((dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)).day
    moved = start.replace(year=year, month=month, day=min(start.day, last))
    return moved + dt.timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=float(found.group(7) or 0)
    )


def first_start(model: Compiled, element: str, now: dt.datetime, calendar: clock.Calendar | None) -> dict[str, Any]:
    """When a timer start event begins instances: ``{from, at, left}`` for :func:`next_start`; ``at`` is the first time.

    Durations and limits count from ``now`` (when the model was deployed)."""
    entry: dict[str, Any] = {"from": now.isoformat()}
    return entry | {"at": _start_at(model, element, entry, calendar).isoformat(), "left": entry.get("left", 1)}


def next_start(
    model: Compiled, element: str, entry: dict[str, Any], calendar: clock.Calendar | None
) -> dict[str, Any] | None:
    """The same after it has begun an instance; None when that was the last."""
    left = entry["left"]
    if left is not None and left <= 1:
        return None
    renewed = {"from": entry["at"], "left": None if left is None else left - 1}
    return renewed | {"at": _start_at(model, element, renewed, calendar).isoformat()}


def _start_at(
    model: Compiled, element: str, entry: dict[str, Any], calendar: clock.Calendar | None
) -> dt.datetime:  # fmt: skip
    timer = model.nodes[element].node.event.timer
    assert timer is not None
    start = dt.datetime.fromisoformat(entry["from"])
    if timer.limit is not None:
        limit = clock.Limit(timer.limit.amount, timer.limit.unit)
        return clock.due(limit, start, [], (), calendar).at or start
    made = model.nodes[element].timer
    text = timer.text.text if made is None else str(made.expression.evaluate({}, now=start))
    return Timers._of_text(timer.kind, text, start, entry)


class Timers(Activities):
    # -- dates -------------------------------------------------------------------------------------------------------

    def _pauses(self) -> list[clock.Pause]:
        spans = self.state["clock"]["pauses"]
        return [
            clock.Pause(dt.datetime.fromisoformat(a), dt.datetime.fromisoformat(b) if b else None) for a, b in spans
        ]

    @property
    def clock_stands(self) -> bool:
        return any(end is None for _, end in self.state["clock"]["pauses"])

    def legal_due(self, limit: bpmn.Limit, start: dt.datetime, element: str) -> dt.datetime | None:
        """When a legal limit that began at ``start`` ends; None while the clock stands still."""
        try:
            found = clock.due(clock.Limit(limit.amount, limit.unit), start, self._pauses(), (), self.env.calendar)
        except clock.CalendarMissing as problem:
            raise EngineError(
                "calendar", f"“{self.node(element).node.shown}”的期限无法计算：{problem}", element
            ) from problem
        return found.at

    def _timer_due(self, node: N, entry: dict[str, Any], token: Token | None, scope: str | None) -> dt.datetime | None:
        """The next date of a timer; cycles count in ``entry["left"]`` (None: without end)."""
        timer = node.node.event.timer
        assert timer is not None
        start = dt.datetime.fromisoformat(entry["from"])
        if timer.limit is not None:
            return self.legal_due(timer.limit, start, node.id)
        text: Any = timer.text.text
        if node.timer is not None:
            text = self.value(node.timer, token, scope, node.id)
        if isinstance(text, dt.datetime):
            return text
        if isinstance(text, dt.timedelta):
            return start + text
        if isinstance(text, dt.date):
            return dt.datetime.combine(text, dt.time(), clock.SHANGHAI)
        try:
            return self._of_text(timer.kind, str(text), start, entry)
        except ValueError as problem:
            raise EngineError("timer", f"“{node.node.shown}”的时间“{text}”无法计算：{problem}", node.id) from problem

    @staticmethod
    def _of_text(kind: str, text: str, start: dt.datetime, entry: dict[str, Any]) -> dt.datetime:
        if kind == "cycle" or text.startswith("R"):
            head, *parts = text.split("/")
            if "left" not in entry:
                entry["left"] = int(head[1:]) if len(head) > 1 else None
                if len(parts) == 2:
                    start = dt.datetime.fromisoformat(parts[0])
                    entry["from"] = start.isoformat()
                    return start
            return duration(parts[-1], start)
        if text.startswith("P"):
            return duration(text, start)
        found = dt.datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)

    # -- arming ------------------------------------------------------------------------------------------------------

    def arm(self, node: N, *, token: str | None = None, scope: str | None = None) -> None:
        """Let a token or a scope wait for the event of a node: timer, message, signal or condition."""
        event = node.node.event
        holder = {"t": token} if token is not None else {"sc": scope}
        kept = self.tokens[token] if token is not None else None
        place = kept["s"] if kept is not None else scope
        if event.kind == "timer":
            key = self.next_id()
            entry: dict[str, Any] = {**holder, "e": node.id, "from": self.env.now.isoformat()}
            at = self._timer_due(node, entry, kept, place)
            entry["at"] = at.isoformat() if at else None
            self.timers[key] = entry
            self.emit(fx.ArmTimer(key, node.id, at))
        elif event.kind in ("message", "signal"):
            assert place is not None
            name = event.name
            correlation = self.correlation(node, kept, place) if event.kind == "message" else ""
            key = self.next_id()
            self.subs[key] = {**holder, "e": node.id, "k": event.kind, "name": name, "key": correlation}
            self.emit(fx.Subscribe(key, node.id, event.kind, name, correlation))
        elif event.kind == "conditional":
            key = self.next_id()
            self.subs[key] = {**holder, "e": node.id, "k": "conditional"}
            self.changed = True

    def wait_for_event(self, token: str, node: N) -> None:
        self.arm(node, token=token)

    # -- the legal clock ---------------------------------------------------------------------------------------------

    def clock_event(self, action: str, at: dt.datetime | None) -> None:
        """Pause, resume or redate: every open legal limit gets its new date."""
        at = at or self.env.now
        pauses = [list(span) for span in self.state["clock"]["pauses"]]
        if action == "pause":
            if self.clock_stands:
                raise Refused("paused", "时限已经暂停。")
            pauses.append([at.isoformat(), None])
        elif action == "resume":
            if not self.clock_stands:
                raise Refused("not_paused", "时限没有暂停。")
            pauses[-1][1] = max(at, dt.datetime.fromisoformat(pauses[-1][0])).isoformat()
        elif action != "redate":
            raise Refused("clock", f"不认识的时限操作“{action}”。")
        self.state["clock"] = {"pauses": pauses}
        self._redate_timers()
        self._redate_tasks()

    def _redate_timers(self) -> None:
        for key, entry in list(self.timers.items()):
            node = self.node(entry["e"])
            timer = node.node.event.timer
            if timer is None or timer.limit is None:
                continue
            at = self.legal_due(timer.limit, dt.datetime.fromisoformat(entry["from"]), node.id)
            shown = at.isoformat() if at else None
            if shown != entry["at"]:
                self.timers[key] = {**entry, "at": shown}
                self.emit(fx.ArmTimer(key, node.id, at))

    def _redate_tasks(self) -> None:
        for key, task in list(self.tasks.items()):
            node = self.node(task["e"])
            limit = node.node.work.limit
            if limit is None:
                continue
            at = self.legal_due(limit, dt.datetime.fromisoformat(task["from"]), node.id)
            shown = at.isoformat() if at else None
            if shown != task["due"]:
                self.tasks[key] = {**task, "due": shown}
                self.emit(fx.RedateTask(key, at))
