"""Properties of random block-structured processes: nothing is lost, nothing is left, nothing depends on luck."""

import copy
import datetime as dt
from collections import Counter

from blocks import Block, Plan, blocks
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import NOW, again, sound

from yipan.kernel import bpmn, engine
from yipan.kernel.engine import effects as fx
from yipan.kernel.engine.rehearsal import Instance, Rehearsal

RUNS = settings(max_examples=80, deadline=None)


def run(plan: Plan, choose: "st.DataObject", *, after_each: bool = True) -> tuple[Rehearsal, Instance, Counter[str]]:
    """Play a plan to its end; open tasks are completed in an order that is chosen."""
    rehearsal = Rehearsal({"p": bpmn.load(plan.xml)}, now=NOW)
    instance = rehearsal.start()
    done: Counter[str] = Counter()
    while instance.tasks:
        task = choose.draw(st.sampled_from(list(instance.tasks.values())), label="task")
        rehearsal.feed(instance, engine.Complete(task.task, "7"))
        done[task.element] += 1
        if after_each:
            sound(instance)
    return rehearsal, instance, done


@RUNS
@given(blocks(), st.data())
def test_every_block_is_gone_through_and_ends(block: Block, data: st.DataObject):
    """Token conservation: whatever the order, each task is done as often as the structure says, the one end is reached,
    and neither token, task nor timer is left."""
    plan = Plan(block)
    _, instance, done = run(plan, data)
    assert instance.status == "completed"
    assert done == +plan.expected
    assert instance.logged().count("e") == 1
    sound(instance)


@RUNS
@given(blocks(), st.data())
def test_the_log_gives_the_same_state(block: Block, data: st.DataObject):
    """Stepping through the events of an instance once more gives the very same state."""
    rehearsal, instance, _ = run(Plan(block), data, after_each=False)
    assert again(rehearsal, instance) == instance.state


@RUNS
@given(blocks(), st.data())
def test_a_step_is_a_pure_function(block: Block, data: st.DataObject):
    """The same state and event give the same answer, twice, and the state that came in is as it was."""
    process = bpmn.load(Plan(block).xml)
    state, env = engine.new_state(), engine.Env(NOW)
    event: engine.Input = engine.Start()
    for _ in range(40):
        kept = copy.deepcopy(state)
        first, second = engine.step(process, state, event, env), engine.step(process, state, event, env)
        assert first == second
        assert state == kept
        state = first[0]
        if not state["tasks"]:
            break
        event = engine.Complete(data.draw(st.sampled_from(sorted(state["tasks"]))), "7")


@RUNS
@given(blocks(), st.data(), st.integers(0, 12))
def test_an_interrupted_process_leaves_nothing(block: Block, data: st.DataObject, steps: int):
    """Terminated at any moment: no token, task, timer or subscription is left, and every open task was closed."""
    rehearsal = Rehearsal({"p": bpmn.load(Plan(block).xml)}, now=NOW)
    instance = rehearsal.start()
    for _ in range(steps):
        if instance.tasks:
            task = data.draw(st.sampled_from(list(instance.tasks.values())))
            rehearsal.feed(instance, engine.Complete(task.task, "7"))
    if instance.status == "running":
        rehearsal.feed(instance, engine.Control("terminate", "1", "试"))
    sound(instance)
    opened = {e.task for e in instance.effects if isinstance(e, fx.OpenTask)}
    assert {e.task for e in instance.effects if isinstance(e, fx.CloseTask)} == opened


@RUNS
@given(blocks("seq xor and loop", 6), st.data())
def test_returns_anywhere_end_all_the_same(block: Block, data: st.DataObject):
    """Office life: steps are returned now and then wherever the rules allow it; the process still ends cleanly."""
    rehearsal = Rehearsal({"p": bpmn.load(Plan(block).xml)}, now=NOW)
    instance = rehearsal.start()
    returns = 0
    for _ in range(200):
        if not instance.tasks:
            break
        task = data.draw(st.sampled_from(list(instance.tasks.values())))
        if returns < 5 and data.draw(st.booleans()):
            try:
                then = data.draw(st.sampled_from(["forward", "back"]))
                rehearsal.feed(instance, engine.Move(task.task, "return", "8", then=then, reason="试"))
                returns += 1
            except engine.Refused:
                pass
        else:
            rehearsal.feed(instance, engine.Complete(task.task, "7"))
        sound(instance)
    assert instance.status == "completed"
    sound(instance)


@RUNS
@given(blocks(), st.data())
def test_ids_are_never_used_twice(block: Block, data: st.DataObject):
    """Ids come from a counter in the state, so rows of one instance never collide."""
    _, instance, _ = run(Plan(block), data, after_each=False)
    opened = [e.task for e in instance.effects if isinstance(e, fx.OpenTask)]
    assert len(opened) == len(set(opened))


def test_time_does_not_matter_where_no_timer_waits():
    plan = Plan(Block("seq", (Block("task"), Block("task"))))
    process = bpmn.load(plan.xml)
    states = []
    for now in (NOW, NOW + dt.timedelta(days=900)):
        state, _ = engine.step(process, engine.new_state(), engine.Start(), engine.Env(now))
        states.append({**state, "tasks": {k: {**t, "from": ""} for k, t in state["tasks"].items()}})
    assert states[0] == states[1]
