"""One transaction of one instance: engine steps in memory, acts performed between them, one writing statement.

run = Run(held, definition, actor=actor, now=now)
run.feed(engine.Complete(...))
run.write()
"""

import dataclasses
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.kernel.clock import CalendarMissing
from yipan.kernel.engine import effects as fx
from yipan.platform import records
from yipan.platform.records import SYSTEM, Actor, Event, Message, NewAct

from . import registry, store
from .definitions import Ready
from .domain import holders
from .domain.delta import OPEN, Delta, Frame, Row
from .domain.values import ActCall, ModelError, ProcessProblem, TaskOfCall
from .store import Held, Writing
from .telling import Telling, moment

MOVED = {
    "claim": "claimed", "unclaim": "unclaimed", "transfer": "transferred", "delegate": "delegated",
    "reassign": "reassigned", "add_before": "signer_added", "add_after": "signer_added",
}  # fmt: skip
_active: ContextVar[dict[int, "Run"]] = ContextVar("processes_active", default={})  # noqa: B039  (never changed in place)


def active(instance_id: int) -> "Run | None":
    """The run of this instance that is going on around the caller (a handler of an act), if any."""
    return _active.get().get(instance_id)


class Run(Telling):
    """``acted`` is the engine's id of the task that somebody completes or moves; its events carry the actor."""

    def __init__(
        self,
        held: Held,
        ready: Ready,
        *,
        actor: Actor,
        now: datetime,
        acted: str = "",
        outcome: str = "",
        opinion: str = "",
        data: Mapping[str, Any] | None = None,
        names: Mapping[int, str] | None = None,
        key: str = "",
    ) -> None:
        self.held, self.ready, self.actor, self.now = held, ready, actor, now
        self.acted, self.outcome, self.opinion, self.data = acted, outcome, opinion, dict(data or {})
        self.names = dict(names or {})
        if actor.person_id is not None:
            self.names.setdefault(actor.person_id, actor.name)
        if actor.deputy_for_id is not None:
            self.names.setdefault(actor.deputy_for_id, actor.deputy_for_name)
        self.key = key
        self.env = ready.env(now, held.started_at)
        frame = Frame(
            ready.process, now, held.item_key, held.applicant_person_id, held.applicant_entity_id
        )  # fmt: skip
        self.delta = Delta(frame)
        if acted and held.row is not None:
            self.delta.tasks[acted] = held.row
        self.acts: list[NewAct] = []
        self.events: list[Event] = []
        self.outbox: list[Message] = []
        self.handled: list[Row] = []
        self.lines: list[Row] = []
        self.thrown: list[fx.Throw] = []
        self.command: Row | None = None
        self.new_instance: Row | None = None
        self.performed = False
        # Which task hangs on which token, and since when: logs name tokens.
        self._task_of_token = {task["t"]: key for key, task in held.state["tasks"].items()}
        self.since = {key: task["from"] for key, task in held.state["tasks"].items()}
        self._queue: deque[Any] = deque()
        self._busy = False

    # -- stepping ----------------------------------------------------------------------------------------------------

    def feed(self, event: Any) -> None:
        """Give the engine one event, and everything that follows from it. From inside a handler the event is stepped at
        once, before the handler's own answer: no step is going on then."""
        if self._busy:
            self._take(event)
            return
        self._queue.append(event)
        self._drain()

    def take_over(self, state: dict[str, Any], effects: list[fx.Effect]) -> None:
        """Take over a state that was made without an event (a migration), and everything that follows from it."""
        self._accept(state, effects)
        self._drain()

    def _drain(self) -> None:
        self._busy = True
        try:
            with self._around():
                while self._queue:
                    self._take(self._queue.popleft())
        finally:
            self._busy = False

    @contextmanager
    def _around(self) -> Iterator[None]:
        token = _active.set(_active.get() | {self.held.id: self})
        try:
            yield
        finally:
            _active.reset(token)

    def _take(self, item: Any) -> None:
        if isinstance(item, fx.Perform):
            self._perform(item)
        elif isinstance(item, (fx.StartChild, fx.StartPart)):
            from .actions.children import start_child, start_part

            if not engine.awaits_child(self.held.state, item.child):
                return  # cancelled before it began
            if isinstance(item, fx.StartChild):
                start_child(self, item)
            else:
                start_part(self, item)
        elif isinstance(item, fx.CancelChild):
            from .actions.children import cancel_child

            cancel_child(self, item.child)
        else:
            self._step(item)

    def _step(self, event: Any) -> None:
        try:
            state, effects = engine.step(self.ready.model, self.held.state, event, self.env)
        except engine.Refused as problem:
            raise ProcessProblem(str(problem), problem.code) from problem
        except engine.EngineError as problem:
            raise ProcessProblem(str(problem), "model") from problem
        except CalendarMissing as problem:
            raise ProcessProblem(str(problem), "calendar") from problem
        self._accept(state, effects)

    def _accept(self, state: dict[str, Any], effects: list[fx.Effect]) -> None:
        self.held.state = state
        if state["status"] in ("running", "suspended"):
            self.held.status = state["status"]
        follow: list[Any] = []
        for effect in effects:
            if isinstance(effect, (fx.Perform, fx.StartChild, fx.StartPart, fx.CancelChild)):
                follow.append(effect)
            else:
                _APPLY[type(effect)](self, effect)
        # What follows from this step comes before anything that waited already.
        self._queue.extendleft(reversed(follow))

    # -- acts --------------------------------------------------------------------------------------------------------

    def _perform(self, effect: fx.Perform) -> None:
        if not self._awaits(effect.call):
            return  # an earlier answer of the same step has ended this branch
        node = self.ready.process.node(effect.element)
        handler = registry.acts.get(effect.act)
        if handler is None and effect.task and not effect.act:
            self._queue.appendleft(engine.CallDone(effect.call, {}))
            return
        handler = handler or registry.handler_of(effect.act, node.shown)
        personal = bool(effect.task) and effect.task == self.acted
        row = self.delta.tasks.get(effect.task, {}) if effect.task else {}
        call = ActCall(
            task=self._task_of(effect, row),
            instance=self.view(),
            subject=self.held.subject,
            actor=self.actor if personal else SYSTEM,
            now=self.now,
            outcome=effect.outcome,
            opinion=self.opinion if personal else "",
            data=self.data if personal else effect.data,
        )
        self.performed = True
        try:
            variables = handler(call) or {}
        except ModelError as problem:
            answer = engine.CallFailed(effect.call, problem.code, str(problem))
        else:
            answer = engine.CallDone(effect.call, dict(variables))
        if self._awaits(effect.call):  # the handler may have ended its own instance
            self._queue.appendleft(answer)

    def _awaits(self, call: str) -> bool:
        return self.held.state["tokens"].get(call, {}).get("w") == "call"

    def _task_of(self, effect: fx.Perform, row: Row) -> TaskOfCall:
        node = self.ready.process.node(effect.element)
        return TaskOfCall(
            id=row.get("id"),
            key=effect.task,
            name=row.get("name") or node.shown,
            element_id=effect.element,
            act=effect.act,
            opinion_column=node.work.opinion_column,
            form=node.work.form,
            unit_key=row.get("unit_key", ""),
            opened_at=moment(row.get("opened_at")),
            due_at=moment(row.get("due_at")),
        )

    # -- effects -----------------------------------------------------------------------------------------------------

    def _open_task(self, effect: fx.OpenTask) -> None:
        self.delta.open_task(effect)
        self._task_of_token[effect.token] = effect.task
        self.event("enabled", effect.element, task=effect.task)

    def _change_task(self, effect: fx.ChangeTask) -> None:
        self._know(effect.task)
        self.delta.hand_over(effect, self.names)
        deputy = self.actor.deputy_for_id is not None and effect.status == "claimed"
        self.delta.change_task(
            effect.task,
            on_behalf=self.actor.deputy_for_id if deputy else None,
            on_behalf_name=self.actor.deputy_for_name if deputy else "",
        )
        self.event(MOVED.get(effect.move, effect.move), self._element_of(effect.task), task=effect.task)

    def _close_task(self, effect: fx.CloseTask) -> None:
        row = self.delta.close_task(effect)
        if row.get("parent_key") and row.get("kind") == "before":
            self._know(row["parent_key"])
            if not self.held.state["tasks"].get(row["parent_key"], {}).get("before"):
                self.delta.change_task(row["parent_key"], status="open")
        if effect.task != self.acted or effect.status != "done":
            return
        actor = self.actor
        self.delta.change_task(
            effect.task,
            done_by=actor.person_id,
            done_by_account=actor.account_id,
            done_by_name=actor.name,
            on_behalf=actor.deputy_for_id,
            on_behalf_name=actor.deputy_for_name,
            done_key=self.key,
        )
        self.note_handled(effect.task)

    def note_handled(self, task: str) -> None:
        """Put the instance into the actor's 已办; a deputy's work is also seen by the person he stood in for."""
        actor = self.actor
        for person, by in ((actor.person_id, ""), (actor.deputy_for_id, actor.name)):
            if person is not None and not any(row["holder"] == holders.person_key(person) for row in self.handled):
                self.handled.append(self.line("done", holders.person_key(person), task=task, by=by))

    def line(self, box: str, holder: str, *, task: str = "", by: str = "") -> Row:
        return {
            "box": box, "holder": holder, "sort_at": self.now.isoformat(), "task_key": task,
            "item_key": self.held.item_key, "excluded": [], "by_name": by, "at": self.now.isoformat(),
        }  # fmt: skip

    def _copy(self, effect: fx.Copy) -> None:
        by = self.names.get(int(effect.by), "") if effect.by.isdigit() else ""
        for person in effect.persons:
            self.lines.append(self.line("to_read", holders.person_key(int(person)), task=effect.task, by=by))

    def _urge(self, effect: fx.Urge) -> None:
        self.event("urged", self._element_of(effect.task), task=effect.task, detail=effect.reason)

    def _throw(self, effect: fx.Throw) -> None:
        self.thrown.append(effect)

    def _log(self, effect: fx.Log) -> None:
        if effect.lifecycle in ("enabled", "offered") and self.ready.process.node(effect.element).kind == "user":
            return  # told by the task itself, with who can take it
        task = effect.task or self._task_of_token.get(effect.token, "")
        self.event(effect.lifecycle, effect.element, task=task, detail=effect.detail, token=effect.token)

    def _alert(self, effect: fx.Alert) -> None:
        self.event("alerted", effect.element, detail=effect.message, kind="process.alert", more={"alert": effect.kind})

    def _finish(self, effect: fx.Finish) -> None:
        self.held.status, self.held.ended_at = effect.status, self.now
        self.delta.status, self.delta.result, self.delta.error = effect.status, effect.data, effect.error
        self.event(effect.status, "", kind="process.instance", detail=effect.error)

    def _know(self, task: str) -> None:
        """Load the row of a task that is changed beside the one acted on."""
        if task not in self.delta.tasks or "roles" not in self.delta.tasks[task]:
            from . import queries

            self.delta.tasks[task] = queries.task_row(self.held.id, task) | self.delta.task_changes.get(task, {})

    def _element_of(self, task: str) -> str:
        self._know(task)
        return self.delta.tasks[task]["element_id"]

    # -- the end -----------------------------------------------------------------------------------------------------

    def write(self) -> dict[str, int]:
        """Write everything with one statement; ids of new tasks. Then messages reach their receivers."""
        self.tell_outside()
        ended = self.held.ended_at is not None
        for row in self.handled:
            row["box"] = "concluded" if ended else "done"
        if self.performed and self.acts:
            # Handlers have moved the chain that was locked at the beginning.
            heads, self.held.recorded_at = records.lock_chains([self.held.chain])
            self.held.head = heads[self.held.chain]
        if self.new_instance is not None:
            self.new_instance |= {"state": self.held.state, "status": self.held.status, "ended_at": self.held.ended_at}
        ids = store.write(
            Writing(
                self.held,
                self.delta,
                self.handled,
                self.lines,
                self.command,
                self.acts,
                self.events,
                self.outbox,
                self.new_instance,
            )
        )
        if self.thrown:
            from .actions.correlate import deliver

            for message in self.thrown:
                deliver(message, actor=self.actor, now=self.now)
        if ended and self.held.parent_id is not None and active(self.held.parent_id) is None:
            from .actions.children import tell_parent

            tell_parent(self)
        return ids

    @property
    def opened_names(self) -> tuple[str, ...]:
        tasks = self.delta.new_tasks
        return tuple(tasks[key]["name"] for key in self.delta.opened if tasks[key]["status"] in OPEN)


def deputising(actor: Actor, person_id: int, name: str) -> Actor:
    """The actor as the records keep him when he stands in for somebody (代)."""
    return dataclasses.replace(actor, deputy_for_id=person_id, deputy_for_name=name)


_APPLY: dict[type, Callable[[Run, Any], None]] = {
    fx.OpenTask: Run._open_task,
    fx.ChangeTask: Run._change_task,
    fx.CloseTask: Run._close_task,
    fx.RedateTask: lambda run, effect: run.delta.redate_task(effect),
    fx.ArmTimer: lambda run, effect: run.delta.arm(effect),
    fx.CancelTimer: lambda run, effect: run.delta.cancel_timer(effect.timer),
    fx.Subscribe: lambda run, effect: run.delta.subscribe(effect),
    fx.Unsubscribe: lambda run, effect: run.delta.unsubscribe(effect.subscription),
    fx.Copy: Run._copy,
    fx.Urge: Run._urge,
    fx.Throw: Run._throw,
    fx.Log: Run._log,
    fx.Alert: Run._alert,
    fx.Finish: Run._finish,
}
