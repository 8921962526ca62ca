"""Variables: what is kept, where it is written, what branches and instances do to each other."""

from typing import Any

import pytest
from playing import plain, play, trace
from sketch import (
    boundary,
    call,
    catch,
    draw,
    end,
    event_sub,
    loop,
    mapped,
    message,
    multi,
    receive,
    rule,
    script,
    send,
    service,
    start,
    sub,
    task,
    throw,
    user,
)  # fmt: skip

from yipan.kernel import bpmn, engine
from yipan.kernel.engine import effects as fx


def ends_with(xml: bytes, steps: str = "", calls: dict[str, bytes] | None = None, **data: Any) -> Any:
    return plain(play(xml, steps, calls=calls, **data).instances[0].data)


INC = script("n", "n + 1")


@pytest.mark.parametrize(("text", "elements", "steps", "data", "expected"), [
    pytest.param("s > t > e", {"t": script("y", "x * 2")}, "", {"x": 4}, {"y": 8}, id="a script writes its result"),
    pytest.param("s > t > e", {"t": rule("doubling")}, "", {"n": 3}, {"doubled": 6}, id="a decision writes its outputs"),
    pytest.param("s > t > e", {"t": service(result="y")}, "#t{result:5}", {}, {"y": 5}, id="a service with a result"),
    pytest.param("s > t > e", {"t": service(within=mapped("out y=price + 1"))}, "#t{price:5}", {}, {"y": 6}, id="a service, mapped"),
    pytest.param("s > t > e", {"t": service()}, "#t{y:5}", {}, {"y": 5}, id="a service, everything"),
    pytest.param("s > A > e", {}, "A{y:5}", {}, {"y": 5}, id="a form"),
    pytest.param("s > A > e", {"A": user(mapped("out y=k + 1"))}, "A{k:5}", {}, {"k": 5, "y": 6}, id="a form, and what is made of it"),
    pytest.param("s > c > e", {"c": catch(message("m"))}, "!m{y:5}", {}, {"y": 5}, id="a message"),
    pytest.param("s > c > e", {"c": receive("m", mapped("out y=price"))}, "!m{price:5}", {}, {"y": 5}, id="a message, mapped"),
    pytest.param("s > A > t > e", {"A": user(loop("loopCounter < 3")), "t": script("y", "1")}, "A A A", {}, {"y": 1},
                 id="a loop counts its rounds"),
    pytest.param("s > t > e", {"t": script("n", "n + 1", loop("n < 5"))}, "", {"n": 0}, {"n": 5}, id="a loop on what it writes"),
    pytest.param("s > A > e", {"A": user(multi("list", "one", output="one * 2", into="all"))}, "A A A", {"list": [1, 2, 3]},
                 {"all": [2, 4, 6]}, id="several instances collect in the order of the list"),
    pytest.param("s > A > e", {"A": user(multi("list", "one", sequential=True, output="loopCounter", into="all"))}, "A A",
                 {"list": ["a", "b"]}, {"all": [1, 2]}, id="instances in turn count"),
    pytest.param("s > A > e", {"A": user(multi("list", "one"))}, "A{one:9} A", {"list": [1, 2]}, {"one": None},
                 id="the item belongs to its instance"),
    pytest.param("s > W > t > e", {"W": sub("s1 > t1 > e1", within=mapped("in x=1"), t1=script("x", "x + 1")), "t": script("y", "x")},
                 "", {"x": 7}, {"x": 7, "y": 7}, id="a local variable shadows"),
    pytest.param("s > W > e", {"W": sub("s1 > t1 > e1", t1=script("x", "x + 1"))}, "", {"x": 7}, {"x": 8}, id="a sub-process sees and writes outwards"),
    pytest.param("s > A > t > e", {"A": user(), "t": script("y", "results.A.outcome")}, "A=ok", {}, {"y": "ok"},
                 id="the outcome of a task"),
    pytest.param("s > A > B > t > e", {"t": script("y", "results.A.note + results.B.note")}, 'A{note:"a"} B{note:"b"}', {}, {"y": "ab"},
                 id="each task keeps its own answer"),
    pytest.param("s > t > e", {"t": script("who", "starter")}, "", {}, {"who": "7"}, id="the one who began"),
    pytest.param("s > t > e", {"t": script("y", "missing = null")}, "", {}, {"y": True}, id="what is not there is null"),
])  # fmt: skip
def test_where_data_go(text: str, elements: dict[str, str], steps: str, data: dict[str, Any], expected: dict[str, Any]):
    """BPMN 2.0.2 §10.4: data are visible in their scope and below; results are written to the nearest that has them."""
    found = ends_with(draw(text, **elements), steps, **data)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(("elements", "steps", "data"), [
    pytest.param({"A": user(), "B": user()}, "A{y:1} B{y:2}", {}, id="two forms"),
    pytest.param({"A": user(), "B": user()}, "B{y:1} A{y:2}", {}, id="in the other order"),
    pytest.param({"A": service(), "B": service()}, "#A{y:1} #B{y:2}", {}, id="two services"),
    pytest.param({"A": catch(message("m")), "B": catch(message("n"))}, "!m{y:1} !n{y:2}", {}, id="two messages"),
    pytest.param({"A": sub("s1 > K > e1"), "B": user()}, "K{y:1} B{y:2}", {}, id="one of them in a sub-process"),
])  # fmt: skip
def test_two_branches_that_write_one_variable_differently(elements: dict[str, str], steps: str, data: dict[str, Any]):
    """Parallel branches never overwrite each other in silence: the modeller is told which two elements it was."""
    xml = draw("s > p1 > A > p2 > t > e; p1 > B > p2", t=script("z", "y"), **elements)
    with pytest.raises(engine.EngineError, match=r"另一分支.*“y”") as problem:
        play(xml, steps)
    assert problem.value.code == "conflict"


@pytest.mark.parametrize(("text", "steps"), [
    pytest.param("s > p1 > A > p2 > C > t > e; p1 > B > p2", "A{y:1} B{y:1} C", id="the same value"),
    pytest.param("s > p1 > A > p2 > C > t > e; p1 > B > p2", "A{y:1} B C{y:2}", id="after the join"),
    pytest.param("s > C > p1 > A > p2 > t > e; p1 > B > p2", "C{y:1} A{y:2} B", id="before the split"),
    pytest.param("s > p1 > A > C > p2 > t > e; p1 > B > p2", "A{y:1} C{y:2} B", id="twice in one branch"),
    pytest.param("s > x1 > p1 > A > p2 > C > x2; p1 > B > p2; x2 >[n < 2] x1; x2 >* t > e", "A{y:1} B C{n:1} A B{y:2} C{n:2}",
                 id="one branch in the first round, the other in the second"),
])  # fmt: skip
def test_no_conflict(text: str, steps: str):
    assert trace(play(draw(text, t=script("z", "y")), steps)).endswith(".")


def test_a_model_that_would_always_conflict_is_refused():
    """Two scripts of parallel branches with one result: found when the model is read."""
    xml = draw("s > p1 > t > p2 > e; p1 > u > p2", t=script("y", "1"), u=script("y", "2"))
    with pytest.raises(bpmn.BpmnError, match="同一个变量 y"):
        bpmn.load(xml)


CALLED = draw("s > t > e", t=script("price", "amount * 2"))


@pytest.mark.parametrize(("call_", "data", "sent", "back"), [
    pytest.param(call("inner", mapped("in amount=total", "out paid=price")), {"total": 4}, {"amount": 4}, {"paid": 8}, id="mapped both ways"),
    pytest.param(call("inner", mapped("in amount=total + 1")), {"total": 4}, {"amount": 5}, {"price": None}, id="nothing comes back unasked"),
    pytest.param(call("inner", "<extensionElements><camunda:in variables=\"all\"/><camunda:out variables=\"all\"/></extensionElements>"),
                 {"amount": 3}, {"amount": 3}, {"price": 6}, id="everything both ways"),
])  # fmt: skip
def test_called_processes_get_and_give_what_is_mapped(call_: str, data: dict[str, Any], sent: Any, back: Any):
    """§10.3.4 call activity: data pass only through the mappings."""
    rehearsal = play(draw("s > C > t > e", C=call_, t=script("z", "paid")), calls={"inner": CALLED}, **data)
    parent, child = rehearsal.instances
    assert plain({name: child.inputs[0][1].data.get(name) for name in sent}) == sent  # type: ignore[union-attr]
    assert plain({name: parent.data.get(name) for name in back}) == back


def test_each_instance_of_a_call_gets_its_item():
    xml = draw(
        "s > C > e",
        C=call("inner", mapped("in amount=one", "out paid=price") + multi("list", "one", output="paid", into="all")),
    )
    assert ends_with(xml, calls={"inner": CALLED}, list=[1, 2, 3])["all"] == [2, 4, 6]


@pytest.mark.parametrize(("completion", "steps", "open_"), [
    ("nrOfCompletedInstances = 2", "A A", 0), ("nrOfCompletedInstances / nrOfInstances >= 0.5", "A", 3),
    ("nrOfCompletedInstances / nrOfInstances >= 0.5", "A A", 0), ("nrOfActiveInstances = 1", "A A A", 0),
    ("nrOfActiveInstances = 1", "A A", 2), ("n > 2", "A{n:1} A{n:3}", 0), ("n > 2", "A{n:1} A", 2),
    ("loopCounter = 3", "A A", 2), ("loopCounter = 3", "A A A", 0),
])  # fmt: skip
def test_completion_conditions(completion: str, steps: str, open_: int):
    """§13.3.7: looked at after each instance, with the counters; true: the rest is cancelled."""
    rehearsal = play(draw("s > A > e", A=user(multi("4", completion=completion))), steps)
    assert len(rehearsal.instances[0].tasks) == open_
    assert (rehearsal.instances[0].status == "completed") == (open_ == 0)


@pytest.mark.parametrize(("over", "data", "code"), [
    ("list", {"list": 5}, "collection"), ("list", {"list": "text"}, "collection"), ("list", {"list": [0] * 5001}, "cardinality"),
])  # fmt: skip
def test_collections_that_are_none(over: str, data: dict[str, Any], code: str):
    with pytest.raises(engine.EngineError) as problem:
        play(draw("s > A > e", A=user(multi(over, "one"))), **data)
    assert problem.value.code == code


def test_a_missing_collection_is_an_empty_one():
    assert trace(play(draw("s > A > e", A=user(multi("list", "one"))))) == "s A e ."


@pytest.mark.parametrize(("text", "elements", "code", "words"), [
    pytest.param("s > x1 >[k] A > e; x1 >* B > e2", {}, "condition", "不是真假值", id="a condition that is a number"),
    pytest.param("s > x1 >[k = 2] A > e; x1 >[k = 3] B > e2", {}, "no_way", "没有默认流", id="no way on"),
    pytest.param("s > A > e", {"A": user(multi("4", completion="k"))}, None, "", id="not asked yet"),
    pytest.param("s > x1 > t > x1; x1", {"t": task()}, "endless", "循环", id="an endless cycle"),
    pytest.param("s > t > e", {"t": rule("unknown")}, "decision", "没有发布", id="a decision that is not there"),
    pytest.param("s > c > e", {"c": catch('<timerEventDefinition><timeDuration>=k</timeDuration></timerEventDefinition>')},
                 "timer", "时间", id="a timer that is no time"),
])  # fmt: skip
def test_faults_of_a_model_name_the_element(text: str, elements: dict[str, str], code: str | None, words: str):
    """A model that cannot go on says where and why; nothing of the step is kept."""
    if code is None:
        play(draw(text, **elements), k=1)
        return
    with pytest.raises(engine.EngineError, match=words) as problem:
        play(draw(text, **elements), k=1)
    assert problem.value.code == code
    assert problem.value.element


def test_only_what_the_model_reads_is_kept():
    """The state holds the variables some expression reads; forms are kept elsewhere (architecture §2)."""
    process = bpmn.load(draw("s > A > x1 >[k = 1] B > e; x1 >* e2"))
    state, _ = engine.step(
        process, engine.new_state(), engine.Start({"k": 1, "essay": "x" * 10_000}), engine.Env(play_now())
    )
    assert state["vars"] == {"k": 1}


def play_now() -> Any:
    from playing import NOW

    return NOW


@pytest.mark.parametrize(("thrown", "kind"), [
    pytest.param(throw(message("m", "no")), "message", id="throw event"), pytest.param(end(message("m", "no")), "message", id="end event"),
    pytest.param(send("m", mapped("in amount=total")), "message", id="send task"),
])  # fmt: skip
def test_what_is_thrown_bears_key_and_data(thrown: str, kind: str):
    """§10.4.2: the correlation key of a message is its expression, else the business key of the instance."""
    text = "s > t" if "endEvent" in thrown else "s > t > e"
    rehearsal = play(draw(text, t=thrown), no="K1", total=3)
    (found,) = [e for e in rehearsal.instances[0].effects if isinstance(e, fx.Throw)]
    assert (found.kind, found.name) == (kind, "m")
    if "sendTask" in thrown:
        assert plain(found.data) == {"amount": 3}
    else:
        assert found.key == "K1"


def test_an_event_sub_process_sees_the_variables_of_its_scope():
    xml = draw(
        "s > A > e; ev", ev=event_sub("s9 > t > e9", s9=start(message("m"), interrupting=False), t=script("y", "k + 1"))
    )
    assert ends_with(xml, "!m A", k=4)["y"] == 5


def test_a_boundary_event_writes_before_its_way_is_taken():
    xml = draw("s > A > e; b > x1 >[k = 1] e1; x1 >* e2", b=boundary("A", message("m")))
    assert trace(play(xml, "!m{k:1}")) == "s b ~A x1 e1 ."


def test_facts_are_read_and_never_kept():
    """Facts of the surroundings (the case) are seen by expressions, and are not part of the state."""
    import datetime as dt

    from sketch import loaded

    from yipan.kernel import clock
    from yipan.kernel.engine.rehearsal import Rehearsal

    now = dt.datetime(2021, 11, 1, 9, tzinfo=clock.SHANGHAI)
    xml = draw("s > t > A > e", t=script("y", "case.amount + 1"))
    rehearsal = Rehearsal({"p": loaded(xml)}, now=now, facts={"case": {"amount": 4}})
    instance = rehearsal.start()
    assert plain(instance.data) == {"y": 5}
