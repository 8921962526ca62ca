"""Plays a sketched model by a short script and tells what happened in one line.

Script, one word a step: ``A`` completes task A, ``A=yes`` with an outcome, ``A{x: 1}`` with data (no blanks),
``!m`` a message, ``^g`` a signal, ``+PT2H`` time passes, ``#act`` a service answers, ``#act/E1`` it fails with a code,
``suspend`` ``resume`` ``terminate``, ``A<B`` task A is returned to B, ``A<<B`` returned and then straight back,
``A~`` the last decision on A is recalled, ``A^B`` the administrator jumps from A to B.

Told: elements in the order in which they were completed, ``~A`` cancelled, ``<A`` returned, then ``.`` when the
instance is completed, ``!code`` when it failed, ``X`` when it was terminated, or ``|`` and the elements of open tasks.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sketch import loaded

from yipan.kernel import clock, engine
from yipan.kernel.clock.calendar import Calendar
from yipan.kernel.engine import effects as fx
from yipan.kernel.engine.rehearsal import Instance, Rehearsal
from yipan.kernel.engine.timers import duration

NOW = dt.datetime(2021, 11, 1, 9, tzinfo=clock.SHANGHAI)
MARKS = {
    "completed": "",
    "cancelled": "~",
    "returned": "<",
    "recalled": "<",
    "jumped": "^",
    "failed": "",
    "skipped": ">",
}
_STEP = re.compile(r"^([\w.]+)(?:=(\w+))?(\{.*\})?$")


class Doubling:
    """A published decision: doubles n."""

    label = "doubling 1"

    def decide(self, context: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
        return {"doubled": (context.get("n") or 0) * 2}


def play(xml: bytes, script: str = "", *, calls: Mapping[str, bytes] | None = None, calendar: Calendar | None = None,
         start: str = "", **data: Any) -> Rehearsal:  # fmt: skip
    """The rehearsal after the script; every state on the way was sound. ``start``: nothing begins by itself; the first
    step of the script begins the instance."""
    models = {"p": loaded(xml), **{key: loaded(called) for key, called in (calls or {}).items()}}
    rehearsal = Rehearsal(models, now=NOW, calendar=calendar, decisions={"doubling": Doubling()})
    if not start:
        rehearsal.start(data=data, by="7")
    check(rehearsal)
    for word in script.split():
        do(rehearsal, word)
        check(rehearsal)
    for instance in rehearsal.instances:
        assert again(rehearsal, instance) == instance.state
    return rehearsal


def again(rehearsal: Rehearsal, instance: Instance) -> engine.State:
    """The state after the same events once more: `step` is a pure function."""
    state = instance.first
    for now, event in instance.inputs:
        env = engine.Env(now, rehearsal.calendar, rehearsal.decisions, rehearsal.facts)
        state, _ = engine.step(instance.model, state, event, env)
    return state


def do(rehearsal: Rehearsal, word: str) -> None:
    first = rehearsal.instances[0] if rehearsal.instances else None
    if word[0] == "!":
        name, _, data = word[1:].partition("{")
        rehearsal.message(name, data=_data("{" + data) if data else {})
    elif word[0] == "^":
        rehearsal.signal(word[1:])
    elif word[0] == "+":
        rehearsal.advance(duration(word[1:], rehearsal.now))
    elif word[0] == "#":
        element, _, code = word[1:].partition("/")
        name, _, data = element.partition("{")
        rehearsal.answer(name, _data("{" + data) if data else {}, error=code)
    elif word in ("suspend", "resume", "terminate"):
        assert first
        rehearsal.feed(first, engine.Control(word, by="1", reason="试"))
    elif "<" in word:
        element, target = word.split("<", 1)
        instance, task = rehearsal.find(element)
        then = "back" if target.startswith("<") else "forward"
        move = engine.Move(task.task, "return", by="8", element=target.lstrip("<"), then=then, reason="补充")
        rehearsal.feed(instance, move)
    elif word.endswith("~"):
        assert first
        closed = [e for e in first.effects if isinstance(e, fx.CloseTask) and e.status == "done"][-1]
        rehearsal.feed(first, engine.Move(closed.task, "recall", by=closed.by))
    elif "^" in word:
        element, target = word.split("^")
        instance, task = rehearsal.find(element)
        rehearsal.feed(instance, engine.Control("jump", by="1", reason="试", task=task.task, element=target))
    else:
        found = _STEP.match(word)
        assert found, word
        rehearsal.complete(found[1], found[2] or "", _data(found[3]) if found[3] else {}, by=_by(rehearsal, found[1]))


def _by(rehearsal: Rehearsal, element: str) -> str:
    task = rehearsal.find(element)[1]
    return task.persons[0] if task.persons else "7"


def _data(text: str) -> dict[str, Any]:
    from yipan.kernel import feel

    return dict(feel.compile(text).evaluate({}))


def told(instance: Instance) -> str:
    """What happened to one instance, and how it stands."""
    words = [
        MARKS[effect.lifecycle] + effect.element
        for effect in instance.effects
        if isinstance(effect, fx.Log) and effect.lifecycle in MARKS and effect.lifecycle != "failed"
    ]
    return " ".join([*words, stand(instance)])


def stand(instance: Instance) -> str:
    status = instance.status
    if status == "completed":
        return "."
    if status == "failed":
        assert instance.finish
        return f"!{instance.finish.error}"
    if status == "terminated":
        return "X"
    return " ".join(["|", *instance.open_elements])


def trace(rehearsal: Rehearsal) -> str:
    return told(rehearsal.instances[0])


def check(rehearsal: Rehearsal) -> None:
    for instance in rehearsal.instances:
        sound(instance)


def sound(instance: Instance) -> None:
    """What must hold in every state: nothing hangs in the air, every count is right, rows equal the state."""
    state = instance.state
    tokens, scopes = state["tokens"], state["scopes"]
    for key, scope in scopes.items():
        assert scope["n"] == sum(token["s"] == key for token in tokens.values()) + (1 if "cw" in scope else 0), key
        assert scope["p"] is None or scope["p"] in scopes, key
        assert scope["t"] is None or scope["t"] in tokens, key
    for key, token in tokens.items():
        assert token["s"] in scopes, key
        holds = [one for one, scope in scopes.items() if scope["t"] == key]
        assert bool(holds) == (token["w"] in ("scope", "multi")), (key, token, holds)
    for rows in ("tasks", "timers", "subs"):
        for key, row in state[rows].items():
            assert row["t"] in tokens if "t" in row else row["sc"] in scopes, (rows, key)
    waiting = {row["t"] for row in state["tasks"].values()}
    for key, token in tokens.items():
        assert token["w"] != "task" or key in waiting, f"a token waits for a task nobody has: {token}"
    subscribed = {key for key, sub in state["subs"].items() if sub["k"] != "conditional"}
    assert instance.tasks.keys() == state["tasks"].keys()
    assert instance.timers.keys() == state["timers"].keys()
    assert instance.subscriptions.keys() == subscribed
    if instance.status in engine.ENDED:
        assert not state["tokens"]
        assert not state["tasks"]
        assert not state["timers"]
        assert not state["subs"]


def plain(value: Any) -> Any:
    """Values without decimals, to be compared with literals."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value
