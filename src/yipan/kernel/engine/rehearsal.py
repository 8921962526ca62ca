"""Processes played in memory: instances, called processes, messages, signals and timers, without a database.

    play = Rehearsal({"permit": bpmn.load(xml)}, now=now)
    case = play.start(data={"amount": 5}, by="7")
    play.complete("examine", outcome="pass")
    play.advance(now + timedelta(days=3))

What platform.processes does with rows, this does with dictionaries: the same engine, the same rules of delivery. Used
by ``yipan bpmn run``, by tests and wherever a model is tried before it is released.
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yipan.kernel.bpmn import Process
from yipan.kernel.clock import Calendar

from . import effects as fx
from .compiled import Compiled, compiled
from .core import State
from .environment import Decision, Env
from .errors import Refused
from .inputs import Begin, CallDone, CallFailed, ChildDone, Complete, Control, Fire, Input, Receive, Start
from .migrating import Plan, migrate
from .stepping import ENDED, awaits_child, new_state, step

Act = Callable[[fx.Perform], Mapping[str, Any]]
MAX_FIRED = 10_000


@dataclass
class Instance:
    """One played instance: its state, what stands open, and everything that happened to it.

    ``inputs`` are all events with their times: stepping through them again from ``first`` gives the same state."""

    id: int
    model: Compiled
    business_key: str = ""
    parent: tuple["Instance", str] | None = None
    state: State = field(default_factory=new_state)
    first: State = field(default_factory=new_state)
    effects: list[fx.Effect] = field(default_factory=list)
    inputs: list[tuple[dt.datetime, Input]] = field(default_factory=list)
    tasks: dict[str, fx.OpenTask] = field(default_factory=dict)
    calls: dict[str, fx.Perform] = field(default_factory=dict)
    timers: dict[str, fx.ArmTimer] = field(default_factory=dict)
    subscriptions: dict[str, fx.Subscribe] = field(default_factory=dict)
    finish: fx.Finish | None = None

    @property
    def status(self) -> str:
        return self.state["status"]

    @property
    def data(self) -> Mapping[str, Any]:
        """The variables at the end; of a running instance, those the process holds now."""
        from .values import unpack

        return self.finish.data if self.finish else {k: unpack(v) for k, v in self.state["vars"].items()}

    @property
    def open_elements(self) -> list[str]:
        """Elements of open tasks, in the order in which they were opened."""
        return [task.element for task in self.tasks.values()]

    def logged(self, lifecycle: str = "completed") -> list[str]:
        """Elements that went through a lifecycle change, in order."""
        return [e.element for e in self.effects if isinstance(e, fx.Log) and e.lifecycle == lifecycle]


class Rehearsal:
    """``models`` by key: the process first, then whatever it calls. ``acts``: what service tasks answer, by act; those
    of other acts wait for ``answer``. The act of a user task is taken as done."""

    def __init__(
        self,
        models: Mapping[str, Process],
        *,
        now: dt.datetime,
        calendar: Calendar | None = None,
        decisions: Mapping[str, Decision] | None = None,
        facts: Mapping[str, Any] | None = None,
        acts: Mapping[str, Act] | None = None,
    ) -> None:
        self.models = {key: compiled(model) for key, model in models.items()}
        self.now = now
        self.calendar, self.decisions, self.facts = calendar, decisions or {}, facts or {}
        self.acts = acts or {}
        self.instances: list[Instance] = []
        self._todo: deque[Callable[[], None]] = deque()
        self._busy = False

    # -- what a person or a system does ------------------------------------------------------------------------------

    def start(
        self, key: str = "", data: Mapping[str, Any] | None = None, *, by: str = "", business_key: str = "",
        element: str = "",
    ) -> Instance:  # fmt: skip
        """A new instance of a model ("" for the first); every variable is kept."""
        model = self.models[key] if key else next(iter(self.models.values()))
        made = self._new(model, business_key)
        self.feed(made, Start(data or {}, by, business_key, element, ("*",)))
        return made

    def complete(
        self, element: str, outcome: str = "", data: Mapping[str, Any] | None = None, *, by: str = "",
        on_behalf: str = "",
    ) -> None:  # fmt: skip
        """Complete the oldest open task of an element (of a signer, when ``by`` is one). Raises Refused without one."""
        instance, task = self.find(element, by)
        self.feed(instance, Complete(task.task, by, outcome, data or {}, on_behalf))

    def find(self, element: str, by: str = "") -> tuple[Instance, fx.OpenTask]:
        found = [(i, t) for i in self.instances for t in i.tasks.values() if t.element == element]
        meant = [pair for pair in found if by and by in pair[1].persons] or found
        if not meant:
            raise Refused("gone", f"没有打开的任务“{element}”。")
        return meant[0]

    def message(self, name: str, key: str = "", data: Mapping[str, Any] | None = None) -> int:
        """A message for whoever waits for it under this key, else for a start event; how many took it."""
        return self._hand("message", name, key, data or {})

    def signal(self, name: str, data: Mapping[str, Any] | None = None) -> int:
        """A signal for all who wait for it, and for every start event."""
        return self._hand("signal", name, "", data or {})

    def answer(self, element: str, data: Mapping[str, Any] | None = None, *, error: str = "") -> None:
        """The oldest open service call of an element was carried out, or failed with a code of the model."""
        for instance in self.instances:
            for call, asked in instance.calls.items():
                if asked.element == element:
                    answer = CallFailed(call, error) if error else CallDone(call, data or {})
                    self.feed(instance, answer)
                    return
        raise Refused("gone", f"“{element}”没有等待结果的调用。")

    def advance(self, to: dt.datetime) -> None:
        """Let time pass; timers fire one by one, in the order in which they are due."""
        for _ in range(MAX_FIRED):
            due = [
                (timer.at, instance.id, int(key), instance)
                for instance in self.instances
                for key, timer in instance.timers.items()
                if timer.at is not None and timer.at <= to and instance.status == "running"
            ]
            if not due:
                self.now = max(self.now, to)
                return
            at, _, key, instance = min(due, key=lambda one: one[:3])
            self.now = max(self.now, at)
            self.feed(instance, Fire(str(key)))
        raise Refused("endless", f"超过 {MAX_FIRED} 个定时器触发，请缩短时间或检查周期。")

    def migrate(self, instance: Instance, process: Process, plan: Plan | None = None) -> None:
        """Let an instance go on under another version. Raises Refused with everything in the way."""
        model = compiled(process)
        state, effects = migrate(instance.model, model, instance.state, plan or Plan(), self._env())
        instance.model, instance.state = model, state
        self._apply_all(instance, effects)
        for rows, kept in ((instance.tasks, "tasks"), (instance.timers, "timers"), (instance.subscriptions, "subs")):
            for key, row in list(rows.items()):
                rows[key] = row._replace(element=state[kept][key]["e"])  # type: ignore[assignment]

    # -- stepping ----------------------------------------------------------------------------------------------------

    def feed(self, instance: Instance, event: Input) -> None:
        """Step one instance, then everything that follows from it, here and in other instances."""
        self._take(instance, event)
        if self._busy:
            return
        self._busy = True
        try:
            while self._todo:
                self._todo.popleft()()
        finally:
            self._busy = False
            self._todo.clear()

    def _new(self, model: Compiled, business_key: str, parent: tuple[Instance, str] | None = None) -> Instance:
        made = Instance(len(self.instances) + 1, model, business_key, parent)
        self.instances.append(made)
        return made

    def _take(self, instance: Instance, event: Input) -> None:
        instance.state, effects = step(instance.model, instance.state, event, self._env())
        instance.inputs.append((self.now, event))
        if isinstance(event, (CallDone, CallFailed)):
            instance.calls.pop(event.call, None)
        self._apply_all(instance, effects)
        if instance.status in ENDED:
            instance.calls.clear()

    def _env(self) -> Env:
        return Env(self.now, self.calendar, self.decisions, self.facts)

    def _apply_all(self, instance: Instance, effects: list[fx.Effect]) -> None:
        for effect in effects:
            instance.effects.append(effect)
            self._apply(instance, effect)

    def _apply(self, instance: Instance, effect: fx.Effect) -> None:
        match effect:
            case fx.OpenTask():
                instance.tasks[effect.task] = effect
            case fx.ChangeTask():
                changed = instance.tasks[effect.task]._replace(persons=effect.persons)
                instance.tasks[effect.task] = changed
            case fx.CloseTask():
                instance.tasks.pop(effect.task, None)
            case fx.RedateTask():
                instance.tasks[effect.task] = instance.tasks[effect.task]._replace(due=effect.due)
            case fx.ArmTimer():
                instance.timers[effect.timer] = effect
            case fx.CancelTimer():
                instance.timers.pop(effect.timer, None)
            case fx.Subscribe():
                instance.subscriptions[effect.subscription] = effect
            case fx.Unsubscribe():
                instance.subscriptions.pop(effect.subscription, None)
            case fx.Perform():
                self._perform(instance, effect)
            case fx.StartChild():
                self._todo.append(lambda: self._start_child(instance, effect))
            case fx.StartPart():
                self._todo.append(lambda: self._start_part(instance, effect))
            case fx.CancelChild():
                self._todo.append(lambda: self._cancel_child(instance, effect.child))
            case fx.Throw() if effect.kind in ("message", "signal"):
                self._todo.append(lambda: self._deliver(effect))
            case fx.Finish():
                instance.finish = effect
                if instance.parent is not None and effect.status != "terminated":
                    parent, call = instance.parent
                    self._todo.append(lambda: self._tell_parent(parent, ChildDone(call, effect.data, effect.error)))
            case _:
                pass

    def _perform(self, instance: Instance, effect: fx.Perform) -> None:
        if effect.task:
            self._todo.append(lambda: self._answer(instance, CallDone(effect.call)))
        elif effect.act in self.acts:
            self._todo.append(lambda: self._answer(instance, CallDone(effect.call, self.acts[effect.act](effect))))
        else:
            instance.calls[effect.call] = effect

    def _answer(self, instance: Instance, event: CallDone) -> None:
        if instance.state["tokens"].get(event.call, {}).get("w") == "call":
            self._take(instance, event)

    def _start_child(self, parent: Instance, effect: fx.StartChild) -> None:
        if not awaits_child(parent.state, effect.child):
            return  # cancelled before it began
        model = self.models.get(effect.key)
        if model is None:
            raise Refused("called", f"“{effect.element}”调用的流程“{effect.key}”没有给出。")
        key = effect.business_key or parent.business_key
        child = self._new(model, key, (parent, effect.child))
        self._take(child, Start(effect.data, "", key, "", tuple(effect.keep)))

    def _start_part(self, parent: Instance, effect: fx.StartPart) -> None:
        if awaits_child(parent.state, effect.child):
            part = self._new(parent.model, parent.business_key, (parent, effect.child))
            part.state = part.first = dict(effect.state)
            self._take(part, Begin())

    def _cancel_child(self, parent: Instance, call: str) -> None:
        for child in self.instances:
            mine = child.parent is not None and child.parent[0] is parent and child.parent[1].split("#")[0] == call
            if mine and child.status not in ENDED:
                self._take(child, Control("terminate", "", "调用它的流程已取消"))

    def _tell_parent(self, parent: Instance, event: ChildDone) -> None:
        if parent.status not in ENDED and awaits_child(parent.state, event.child):
            self._take(parent, event)

    # -- messages and signals ----------------------------------------------------------------------------------------

    def _deliver(self, thrown: fx.Throw) -> None:
        self._hand(thrown.kind, thrown.name, thrown.key, thrown.data)

    def _hand(self, kind: str, name: str, key: str, data: Mapping[str, Any]) -> int:
        waiting = [
            (instance, sub.subscription)
            for instance in self.instances
            for sub in instance.subscriptions.values()
            if sub.kind == kind and sub.name == name and (kind == "signal" or sub.key == key)
        ]
        taken = 0
        for instance, subscription in waiting:
            if subscription in instance.state["subs"] and instance.status == "running":
                self.feed(instance, Receive(subscription, data))
                taken += 1
        if kind == "signal" or not taken:
            taken += self._start_by(kind, name, key, data)
        return taken

    def _start_by(self, kind: str, name: str, key: str, data: Mapping[str, Any]) -> int:
        """Instances that a message or signal begins."""
        begun = 0
        for model in self.models.values():
            for start in model.starts_by(kind, name):
                made = self._new(model, key)
                self.feed(made, Start(data, "", key, start.id, ("*",)))
                begun += 1
        return begun
