"""``step``: the pure function that everything else drives."""

from typing import Any

from yipan.kernel.bpmn import Process

from . import effects as fx
from .compiled import Compiled, compiled
from .core import ROOT, State
from .environment import Env
from .errors import Refused
from .formats import FORMAT
from .inputs import Begin, CallDone, CallFailed, ChildDone, Clock, Complete, Control, Fire, Input, Move, Receive, Start
from .moves import Moves
from .values import pack

ENDED = ("completed", "terminated", "failed")


def new_state() -> State:
    """The state of an instance that has not begun."""
    return {
        "format": FORMAT, "status": "new", "n": 0, "tokens": {}, "scopes": {}, "tasks": {}, "timers": {}, "subs": {},
        "vars": {}, "writes": {}, "results": {}, "passed": {}, "undo": {}, "keep": [], "by": "", "bk": "",
        "clock": {"pauses": []},
    }  # fmt: skip


def step(process: Process | Compiled, state: State, event: Input, env: Env) -> tuple[State, list[fx.Effect]]:
    """The state after an event, and what the surroundings must do. The same input always gives the same answer.

    ``state`` is not changed. Raises Refused for what cannot be done now (nothing has happened then) and EngineError
    for a model that cannot go on."""
    model = process if isinstance(process, Compiled) else compiled(process)
    if state["status"] in ENDED:
        raise Refused("ended", "流程已经结束。")
    run = Moves(model, state, env)
    before = set(run.tokens)
    _take(run, event)
    while True:
        run.settle()
        if run.state["status"] in ENDED or not run.check_conditions():
            break
    if run.recallable is not None and run.state["status"] not in ENDED:
        _remember_recall(run, before)
    return run.result()


def _take(run: Moves, event: Input) -> None:
    match event:
        case Start():
            _start(run, event)
        case Begin():
            run.begin_part()
        case Complete():
            run.actor = event.by
            run.complete(event)
        case Move():
            run.actor = event.by
            run.move(event)
        case Control():
            run.actor = event.by
            run.control(event)
        case Fire():
            _running(run)
            run.fire(event.timer)
        case Receive():
            _running(run)
            run.receive(event.subscription, event.data)
        case CallDone():
            run.call_done(event.call, event.data)
        case CallFailed():
            run.call_failed(event.call, event.code, event.message)
        case ChildDone():
            run.child_done(event.child, event.data, event.error)
        case Clock():
            run.clock_event(event.action, event.at)


def _running(run: Moves) -> None:
    if run.state["status"] == "suspended":
        raise Refused("suspended", "流程已挂起。")


def _start(run: Moves, event: Start) -> None:
    state = run.state
    if state["status"] != "new":
        raise Refused("started", "流程已经开始。")
    model = run.model
    start = model.nodes.get(event.element) if event.element else model.start
    if start is None or start not in model.beginnings:
        raise Refused("start", "流程没有可以由人发起的开始事件。")
    state["status"], state["by"], state["bk"], state["keep"] = "running", event.by, event.business_key, list(event.keep)
    reads = model.reads
    state["vars"] = {
        name: pack(value)
        for name, value in event.data.items()
        if reads is None or name in reads or name in event.keep or "*" in event.keep
    }
    run.actor = event.by
    run.scopes[ROOT] = {"e": "", "p": None, "t": None, "n": 0}
    run.open_event_subs(ROOT, model.root_subs)
    run.begin_at(start)


def _remember_recall(run: Moves, before: set[str]) -> None:
    """The last decision may be taken back while exactly what it caused is untouched: only new, open tasks."""
    assert run.recallable is not None
    task, element, by, scope, path = run.recallable
    made = [key for key in run.tokens if key not in before]
    vanished = before - set(run.tokens)
    plain: list[Any] = [run.tokens[key]["w"] for key in made]
    if made and len(vanished) == 1 and all(waits == "task" for waits in plain):
        run.state["undo"] = {**run.state["undo"], task: {"e": element, "by": by, "s": scope, "b": path, "made": made}}


def awaits(state: State, call: str) -> bool:
    """Whether the answer of a ``Perform`` is still waited for."""
    return state["tokens"].get(call, {}).get("w") == "call"


def awaits_child(state: State, child: str) -> bool:
    """Whether a called process or a part is still waited for (or still to be started)."""
    key, _, part = child.partition("#")
    return state["tokens"].get(key, {}).get("w") == ("parts" if part else "child")
