"""Each element a model may hold is carried out: what ``bpmn.check`` lets through, the engine runs."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from models import between, condition, flow, flows, model

from yipan.kernel import bpmn, clock, engine
from yipan.kernel.bpmn import names
from yipan.kernel.engine import effects as fx

NOW = dt.datetime(2021, 11, 1, 9, tzinfo=clock.SHANGHAI)
ROOTS = (
    '<message id="m" name="通知" yipan:key="no"/>\n<signal id="sg" name="停"/>\n'
    '<error id="r" errorCode="E1"/>\n<escalation id="u" escalationCode="U1"/>\n'
)
LATER = "<timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition>"
ERROR, UP = '<errorEventDefinition errorRef="r"/>', '<escalationEventDefinition escalationRef="u"/>'
SIGNAL, MESSAGE = '<signalEventDefinition signalRef="sg"/>', '<messageEventDefinition messageRef="m"/>'
S, E, F, T = '<startEvent id="s"/>', '<endEvent id="e"/>', '<endEvent id="f"/>', '<task id="t"/>'
USER = '<userTask id="t" yipan:role="examiner"/>'


class Table:
    """A published decision: doubles the amount."""

    label = "doubling 1"

    def decide(self, inputs: Any, now: dt.datetime) -> dict[str, Any]:
        return {"doubled": inputs["amount"] * 2}


class Run:
    """Plays one instance and keeps what it asked for."""

    def __init__(self, xml: bytes, **data: Any) -> None:
        self.process = bpmn.load(xml)
        self.state = engine.new_state()
        self.effects: list[Any] = []
        self.now = NOW
        self.send(engine.Start(data={"no": "K1", **data}, keep=("*",)))

    def send(self, event: engine.Input) -> None:
        env = engine.Env(self.now, decisions={"doubling": Table()})
        self.state, effects = engine.step(self.process, self.state, event, env)
        self.effects += effects

    def asked(self, kind: type) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def done(self) -> list[str]:
        return [log.element for log in self.asked(fx.Log) if log.lifecycle == "completed"]

    @property
    def status(self) -> str:
        finished = self.asked(fx.Finish)
        return finished[0].status if finished else "running"

    @property
    def data(self) -> Any:
        return self.asked(fx.Finish)[0].data

    def fire(self) -> None:
        timer = self.asked(fx.ArmTimer)[-1]
        self.now = timer.at
        self.send(engine.Fire(timer.timer))

    def receive(self, **data: Any) -> None:
        self.send(engine.Receive(self.asked(fx.Subscribe)[-1].subscription, data))

    def complete(self, element: str = "t", outcome: str = "") -> None:
        task = next(task for task in reversed(self.asked(fx.OpenTask)) if task.element == element)
        self.send(engine.Complete(task.task, "7", outcome))


def test_tasks_without_work_are_passed():
    for tag in ("task", "manualTask"):
        run = Run(between(f'<{tag} id="x"/>'))
        assert (run.done, run.status) == (["s", "x", "e"], "completed")


def test_a_user_task_waits_for_a_person():
    run = Run(
        between('<userTask id="x" name="审查" yipan:role="examiner" yipan:limit="P3WD"/>'.replace("P3WD", "PT4H"))
    )
    (task,) = run.asked(fx.OpenTask)
    assert (task.name, task.roles, task.due) == ("审查", ("examiner",), NOW + dt.timedelta(hours=4))
    assert run.status == "running"
    run.complete("x")
    assert run.status == "completed"


def test_a_service_task_performs_its_act_and_takes_the_answer():
    run = Run(between('<serviceTask id="x" yipan:act="issue" yipan:result="issued"/>'))
    (call,) = run.asked(fx.Perform)
    assert call.act == "issue"
    run.send(engine.CallDone(call.call, {"result": 5}))
    assert run.data["issued"] == 5


def test_a_script_task_computes():
    run = Run(between('<scriptTask id="x" yipan:result="sum"><script>amount + 1</script></scriptTask>'), amount=4)
    assert run.data["sum"] == 5


def test_a_business_rule_task_asks_its_decision():
    run = Run(between('<businessRuleTask id="x" yipan:decision="doubling"/>'), amount=4)
    assert run.data["doubled"] == 8
    assert [log.detail for log in run.asked(fx.Log) if log.lifecycle == "decided"] == ["doubling 1"]
    with pytest.raises(engine.EngineError, match="第 3 版没有发布"):
        Run(between('<businessRuleTask id="x" yipan:decision="doubling" yipan:binding="version" yipan:bound="3"/>'))


def test_a_send_task_throws_its_message():
    run = Run(between('<sendTask id="x" messageRef="m"/>', roots=ROOTS))
    (thrown,) = run.asked(fx.Throw)
    assert (thrown.kind, thrown.name, thrown.key) == ("message", "通知", "K1")
    assert run.status == "completed"


def test_a_receive_task_waits_for_its_message():
    run = Run(between('<receiveTask id="x" messageRef="m"/>', roots=ROOTS))
    (waiting,) = run.asked(fx.Subscribe)
    assert (waiting.kind, waiting.name, waiting.key) == ("message", "通知", "K1")
    run.receive(answer=3)
    assert run.status == "completed"


def test_a_call_activity_starts_another_process():
    out = '<extensionElements><yipan:out source="price" target="paid"/></extensionElements>'
    run = Run(between(f'<callActivity id="x" calledElement="fee">{out}</callActivity>'))
    (child,) = run.asked(fx.StartChild)
    assert child.key == "fee"
    run.send(engine.ChildDone(child.child, {"price": 12}))
    assert run.data["paid"] == 12


@pytest.mark.parametrize("tag", ["subProcess", "transaction"])
def test_a_subprocess_is_done_when_its_last_token_is(tag: str):
    inside = f'<{tag} id="x">', '<startEvent id="i"/>', USER, '<endEvent id="o"/>', *flows("i>t t>o"), f"</{tag}>"
    run = Run(model(S, E, *inside, *flows("s>x x>e")))
    assert run.status == "running"
    run.complete()
    assert run.done == ["s", "i", "t", "o", "x", "e"]


def test_an_exclusive_gateway_takes_one_way_and_a_default():
    parts = S, '<exclusiveGateway id="g" default="g_f"/>', E, F, flow("s", "g"), flow("g", "e", condition("amount > 3"))
    xml = model(*parts, flow("g", "f"))
    assert Run(xml, amount=4).done == ["s", "g", "e"]
    assert Run(xml, amount=3).done == ["s", "g", "f"]


def test_a_parallel_gateway_waits_for_all():
    split, join = '<parallelGateway id="g"/>', '<parallelGateway id="j"/>'
    run = Run(model(S, split, T, USER.replace('"t"', '"u"'), join, E, *flows("s>g g>t g>u t>j u>j j>e")))
    assert "j" not in run.done
    run.complete("u")
    assert run.status == "completed"


@pytest.mark.parametrize(("a", "b", "ways"), [(True, False, {"t"}), (True, True, {"t", "u"}), (False, False, {"d"})])
def test_an_inclusive_gateway_takes_what_holds(a: bool, b: bool, ways: set[str]):
    xml = model(
        S, '<inclusiveGateway id="g" default="g_d"/>', T, '<task id="u"/>', '<task id="d"/>',
        '<inclusiveGateway id="j"/>', E, flow("s", "g"), flow("g", "t", condition("a")),
        flow("g", "u", condition("b")), flow("g", "d"), *flows("t>j u>j d>j j>e"),
    )  # fmt: skip
    run = Run(xml, a=a, b=b)
    assert {key for key in run.done if key in "tud"} == ways
    assert run.done.count("j") == 1
    assert run.status == "completed"


def test_an_event_based_gateway_takes_the_first_event():
    xml = model(
        S, '<eventBasedGateway id="g"/>', f'<intermediateCatchEvent id="m1">{MESSAGE}</intermediateCatchEvent>',
        f'<intermediateCatchEvent id="z">{LATER}</intermediateCatchEvent>', E, F, *flows("s>g g>m1 g>z m1>e z>f"),
        roots=ROOTS,
    )  # fmt: skip
    run = Run(xml)
    run.fire()
    assert run.done[-1] == "f"
    assert run.asked(fx.Unsubscribe), "the message is waited for no longer"
    other = Run(xml)
    other.receive()
    assert other.done[-1] == "e"
    assert other.asked(fx.CancelTimer)


@pytest.mark.parametrize(
    ("definition", "happen"),
    [
        (MESSAGE, Run.receive),
        (SIGNAL, Run.receive),
        (LATER, Run.fire),
        ("<timerEventDefinition><timeDate>2021-11-02T09:00:00+08:00</timeDate></timerEventDefinition>", Run.fire),
        ("<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>", Run.fire),
        ('<timerEventDefinition yipan:limit="PT3H"/>', Run.fire),
    ],
)
def test_intermediate_events_wait(definition: str, happen: Any):
    run = Run(between(f'<intermediateCatchEvent id="x">{definition}</intermediateCatchEvent>', roots=ROOTS))
    assert run.status == "running"
    happen(run)
    assert run.status == "completed"


def test_a_conditional_event_goes_on_when_its_condition_holds():
    caught = "<conditionalEventDefinition><condition>ready</condition></conditionalEventDefinition>"
    parts = S, '<parallelGateway id="g"/>', f'<intermediateCatchEvent id="x">{caught}</intermediateCatchEvent>'
    work = '<serviceTask id="t" yipan:act="a" yipan:result="ready"/>'
    run = Run(model(*parts, work, E, F, *flows("s>g g>x g>t x>e t>f")))
    assert "x" not in run.done
    run.send(engine.CallDone(run.asked(fx.Perform)[0].call, {"result": True}))
    assert run.status == "completed"
    assert "x" in run.done


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL, UP])
@pytest.mark.parametrize("place", ["intermediateThrowEvent", "endEvent"])
def test_thrown_events_leave_the_process(definition: str, place: str):
    thrown = f'<{place} id="x">{definition}</{place}>'
    xml = between(thrown, roots=ROOTS) if place != "endEvent" else model(S, thrown, flow("s", "x"), roots=ROOTS)
    run = Run(xml)
    assert run.asked(fx.Throw)
    assert run.status == "completed"


def test_links_join_two_ends_of_one_page():
    link = '<linkEventDefinition name="A"/>'
    out, back = f'<intermediateThrowEvent id="x">{link}</intermediateThrowEvent>', "intermediateCatchEvent"
    run = Run(model(S, out, f'<{back} id="y">{link}</{back}>', E, *flows("s>x y>e")))
    assert (run.done[-1], run.status) == ("e", "completed")


def test_a_terminate_end_ends_everything():
    end = '<endEvent id="e"><terminateEventDefinition/></endEvent>'
    run = Run(model(S, '<parallelGateway id="g"/>', USER, end, F, *flows("s>g g>t t>f g>e")))
    assert run.status == "completed"
    assert run.asked(fx.CloseTask)[0].status == "cancelled"


def inside(*parts: str, tag: str = "subProcess") -> list[str]:
    return [f'<{tag} id="x">', '<startEvent id="i"/>', *parts, f"</{tag}>"]


@pytest.mark.parametrize("definition", [ERROR, UP])
def test_errors_and_escalations_are_caught_at_the_edge(definition: str):
    thrown = f'<endEvent id="o">{definition}</endEvent>'
    edge = f'<boundaryEvent id="b" attachedToRef="x">{definition}</boundaryEvent>'
    run = Run(model(S, E, F, *inside(thrown, flow("i", "o")), edge, *flows("s>x x>e b>f"), roots=ROOTS))
    assert (run.done[-1], run.status) == ("f", "completed")


@pytest.mark.parametrize(("definition", "happen"), [(MESSAGE, Run.receive), (SIGNAL, Run.receive), (LATER, Run.fire)])
@pytest.mark.parametrize("interrupting", [True, False])
def test_boundary_events_interrupt_or_run_beside(definition: str, happen: Any, interrupting: bool):
    cancels = str(interrupting).lower()
    edge = f'<boundaryEvent id="b" attachedToRef="t" cancelActivity="{cancels}">{definition}</boundaryEvent>'
    run = Run(model(S, USER, E, F, edge, *flows("s>t t>e b>f"), roots=ROOTS))
    happen(run)
    assert "f" in run.done
    assert run.status == ("completed" if interrupting else "running")
    if not interrupting:
        run.complete()
        assert run.status == "completed"


def test_a_conditional_boundary_event():
    condition_ = "<conditionalEventDefinition><condition>ready</condition></conditionalEventDefinition>"
    edge = f'<boundaryEvent id="b" attachedToRef="t">{condition_}</boundaryEvent>'
    work = '<serviceTask id="u" yipan:act="a" yipan:result="ready"/>'
    run = Run(model(S, '<parallelGateway id="g"/>', USER, work, E, F, edge, *flows("s>g g>t g>u t>e u>e b>f")))
    run.send(engine.CallDone(run.asked(fx.Perform)[0].call, {"result": True}))
    assert "f" in run.done
    assert run.status == "completed"


def test_an_event_subprocess_takes_over():
    start = f'<startEvent id="i">{MESSAGE}</startEvent>'
    sub = f'<subProcess id="x" triggeredByEvent="true">{start}<endEvent id="o"/>{flow("i", "o")}</subProcess>'
    run = Run(model(S, USER, E, sub, *flows("s>t t>e"), roots=ROOTS))
    run.receive()
    assert "x" in run.done
    assert run.asked(fx.CloseTask)[0].status == "cancelled"
    assert run.status == "completed"


def test_a_cancelled_transaction_undoes_what_was_done():
    """The handler of the completed booking runs before the way out of the cancel event."""
    booking = '<task id="t"/>', '<task id="undo" isForCompensation="true"/>'
    mark = '<boundaryEvent id="c" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
    link = '<association id="a" sourceRef="c" targetRef="undo"/>'
    end = '<endEvent id="o"><cancelEventDefinition/></endEvent>'
    edge = '<boundaryEvent id="b" attachedToRef="x"><cancelEventDefinition/></boundaryEvent>'
    parts = inside(*booking, mark, link, end, *flows("i>t t>o"), tag="transaction")
    run = Run(model(S, E, F, *parts, edge, *flows("s>x x>e b>f")))
    assert run.done.index("undo") < run.done.index("b") < run.done.index("f")
    assert run.status == "completed"


def test_a_compensation_event_undoes_and_goes_on():
    mark = '<boundaryEvent id="c" attachedToRef="t"><compensateEventDefinition/></boundaryEvent>'
    parts = (
        T,
        '<task id="undo" isForCompensation="true"/>',
        mark,
        '<association id="a" sourceRef="c" targetRef="undo"/>',
    )
    thrown = '<intermediateThrowEvent id="x"><compensateEventDefinition/></intermediateThrowEvent>'
    run = Run(model(S, E, *parts, thrown, *flows("s>t t>x x>e")))
    assert run.done[-3:] == ["undo", "x", "e"] or run.done[-2:] == ["undo", "e"]
    assert run.status == "completed"


@pytest.mark.parametrize("sequential", [True, False])
def test_several_instances_over_a_list(sequential: bool):
    repeated = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" yipan:collection="units" '
        'yipan:item="unit" yipan:outputCollection="answers" yipan:output="unit"/>'
    )
    run = Run(between(f'<userTask id="x" yipan:role="r" yipan:unit="unit">{repeated}</userTask>'), units=["a", "b"])
    assert len(run.asked(fx.OpenTask)) == (1 if sequential else 2)
    for _ in range(2):
        closed = {effect.task for effect in run.asked(fx.CloseTask)}
        run.send(engine.Complete(next(t.task for t in run.asked(fx.OpenTask) if t.task not in closed), "7"))
    assert [task.unit for task in run.asked(fx.OpenTask)] == ["a", "b"]
    assert (run.status, run.data["answers"]) == ("completed", ["a", "b"])


def test_a_completion_condition_ends_the_rest():
    done = "<completionCondition>nrOfCompletedInstances >= 1</completionCondition>".replace(">=", "&gt;=")
    three = f"<loopCardinality>3</loopCardinality>{done}"
    repeated = f"<multiInstanceLoopCharacteristics>{three}</multiInstanceLoopCharacteristics>"
    run = Run(between(f'<userTask id="x" yipan:role="r">{repeated}</userTask>'))
    run.complete("x")
    assert run.status == "completed"
    assert sorted(effect.status for effect in run.asked(fx.CloseTask)) == ["cancelled", "cancelled", "done"]


def test_a_loop_repeats_while_its_condition_holds():
    loop = "<standardLoopCharacteristics><loopCondition>count &lt; 3</loopCondition></standardLoopCharacteristics>"
    script = f'<scriptTask id="x" yipan:result="count"><script>count + 1</script>{loop}</scriptTask>'
    assert Run(between(script), count=0).data["count"] == 3
    capped = script.replace("<standardLoopCharacteristics>", '<standardLoopCharacteristics loopMaximum="2">')
    assert Run(between(capped), count=0).data["count"] == 2


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL, LATER])
def test_processes_start_by_events_too(definition: str):
    xml = model(f'<startEvent id="s">{definition}</startEvent>', E, flow("s", "e"), roots=ROOTS)
    process = bpmn.load(xml)
    _, effects = engine.step(process, engine.new_state(), engine.Start(element="s"), engine.Env(NOW))
    assert any(isinstance(effect, fx.Finish) for effect in effects)


def test_every_kind_of_element_and_event_stands_in_this_file():
    """A kind that becomes executable needs its test here."""
    text = Path(__file__).read_text("utf-8")
    for tag in names.KINDS:
        assert tag in text, tag
    for tag in names.EVENTS:
        assert tag in text, tag
