"""Events that take work away: boundary events, event sub-processes, errors and escalations, over nested scopes."""

import pytest
from playing import play, told, trace
from sketch import (
    TERMINATE,
    boundary,
    call,
    catch,
    conditional,
    draw,
    end,
    error,
    escalation,
    event_sub,
    message,
    multi,
    script,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)  # fmt: skip

from yipan.kernel.engine import effects as fx

DEEP = sub("s1 > U > e1", U=sub("s2 > p2 > A > e2; p2 > tc > e3", tc=catch(timer("PT9H"))))


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > A > e; b > e2", {"A": user(multi("3")), "b": boundary("A", message("m"))}, "A !m",
                 "s A b ~A ~A ~A e2 .", id="a boundary event ends every instance"),
    pytest.param("s > A > e; b > e2", {"A": user(multi("3", sequential=True)), "b": boundary("A", message("m"))}, "A !m",
                 "s A b ~A ~A e2 .", id="and of instances in turn the present one"),
    pytest.param("s > A > e; b > B > e2", {"A": user(multi("2")), "b": boundary("A", message("m"), interrupting=False)},
                 "!m A B A", "s b A B e2 A A e .", id="beside several instances: one token, not one an instance"),
    pytest.param("s > A > e; b > B > e2", {"b": boundary("A", message("m"), interrupting=False)}, "!m !m A B B",
                 "s b b A e B e2 B e2 .", id="a message beside can come again"),
    pytest.param("s > A > e; b > B > e2; c > C > e3", {"b": boundary("A", timer("PT1H")), "c": boundary("A", timer("PT2H"))},
                 "+PT3H B", "s b ~A B e2 .", id="of two timers the first"),
    pytest.param("s > A > e; b > B > e2; c > C > e3",
                 {"b": boundary("A", timer("PT1H"), interrupting=False), "c": boundary("A", timer("PT2H"))},
                 "+PT3H B C", "s b c ~A B e2 C e3 .", id="a reminder, then the end"),
    pytest.param("s > A > B > e; b > e2", {"b": boundary("A", timer("PT1H"))}, "A +PT3H B", "s A B e .",
                 id="a timer of a done task does not fire"),
    pytest.param("s > W > e; b > C > e9", {"W": DEEP, "b": boundary("W", message("m"))}, "!m C",
                 "s s1 s2 p2 b ~A ~tc ~U ~W C e9 .", id="everything inside goes, however deep"),
    pytest.param("s > p8 > W > p9 > e; p8 > Z > p9; b > C > x9 > p9", {"W": DEEP, "b": boundary("W", message("m"))}, "!m",
                 "s p8 s1 s2 p2 b ~A ~tc ~U ~W | Z C", id="the neighbour branch stays"),
    pytest.param("s > A > e; b > A2 > e2; c > e3", {"b": boundary("A", message("m")), "c": boundary("A2", timer("PT1H"))},
                 "!m +PT1H", "s b ~A c ~A2 e3 .", id="a boundary event after a boundary event"),
    pytest.param("s > A > e; b > x1 > A", {"b": boundary("A", message("m"))}, "!m !m A", "s b ~A x1 b ~A x1 A e .",
                 id="back to the same task, armed anew"),
    pytest.param("s > A > e; b > e2", {"A": user('<standardLoopCharacteristics loopMaximum="3"/>'),
                 "b": boundary("A", timer("PT1H"))}, "A +PT2H", "s b ~A e2 .", id="a boundary timer spans all rounds of a loop"),
    pytest.param("s > A > e; b > B > e2", {"b": boundary("A", conditional("k > 3"))}, "!x", "s | A", id="condition not met"),
])  # fmt: skip
def test_boundary_events(text: str, elements: dict[str, str], steps: str, expected: str):
    """BPMN 2.0.2 §13.5.3 and table 10.91: armed while the activity is active; interrupting ones cancel it with
    everything inside, the others run beside it."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_a_condition_that_becomes_true_interrupts():
    """§10.5.5 conditional: triggered when the condition changes to true."""
    xml = draw("s > p1 > A > e; p1 > B > e2; b > C > e3", b=boundary("A", conditional("k > 3")))
    assert trace(play(xml, "B{k:1}")) == "s p1 B e2 | A"
    assert trace(play(xml, "B{k:5}")) == "s p1 B e2 b ~A | C"


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > B > e9", s9=start(message("m")))}, "!m B", "s ~A s9 B e9 ev .",
                 id="at the level of the process"),
    pytest.param("s > p1 > A > p2 > e; p1 > W > p2", {"W": sub("s1 > B > e1; ev",
                 ev=event_sub("s9 > C > e9", s9=start(message("m"))))}, "!m A C", "s p1 s1 ~B s9 A C e9 ev W p2 e .",
                 id="interrupting inside one of two branches"),
    pytest.param("s > A > e; ev; fv", {"ev": event_sub("s9 > B > e9", s9=start(message("m"))),
                 "fv": event_sub("s8 > C > e8", s8=start(signal("g")))}, "!m ^g B", "s ~A s9 B e9 ev .",
                 id="an interrupting one switches the others off"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > B > e9", s9=start(message("m"), interrupting=False))},
                 "!m !m B A B", "s s9 s9 B e9 ev A e B e9 ev .", id="beside: twice at once"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > B > e9", s9=start(message("m"), interrupting=False))},
                 "!m A", "s s9 A e | B", id="the process waits for it"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > e9", s9=start(timer("R3/PT1H"), interrupting=False))},
                 "+PT5H A", "s s9 e9 ev s9 e9 ev s9 e9 ev A e .", id="a cycle beside, three times"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > e9; ew", s9=start(message("m")), ew=event_sub(
                 "s8 > C > e8", s8=start(message("n"))))}, "!m", "s ~A s9 e9 ev .", id="an event sub-process in one, unused"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > B > e9; ew", s9=start(message("m")), ew=event_sub(
                 "s8 > C > e8", s8=start(message("n"))))}, "!m !n C", "s ~A s9 ~B s8 C e8 ew ev .", id="an event sub-process in one, used"),
    pytest.param("s > W > e; b > e2", {"W": sub("s1 > A > e1; ev", ev=event_sub("s9 > B > e9", s9=start(message("m")))),
                 "b": boundary("W", message("halt"))}, "!m !halt", "s s1 ~A s9 b ~B ~ev ~W e2 .",
                 id="cancelled together with its sub-process"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > e9", s9=start(conditional("k = 1"), interrupting=False))},
                 "A", "s A e .", id="condition never met"),
])  # fmt: skip
def test_event_sub_processes(text: str, elements: dict[str, str], steps: str, expected: str):
    """§13.5.4: an interrupting one ends its parent's flow and takes over, a non-interrupting one may run several
    times beside it; the parent ends when all is done."""
    assert trace(play(draw(text, **elements), steps)) == expected


def thrown(code: str) -> str:
    return sub("s1 > e1", e1=end(error(code)))


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > t > e; b > B > e2", {"t": thrown("E1"), "b": boundary("t", error("E1"))}, "B", "s s1 e1 b ~t B e2 .",
                 id="by code"),
    pytest.param("s > t > e; b > B > e2", {"t": thrown("E1"), "b": boundary("t", error())}, "B", "s s1 e1 b ~t B e2 .",
                 id="by any"),
    pytest.param("s > t > e; b > B > e2; c > C > e3", {"t": thrown("E2"), "b": boundary("t", error("E1")),
                 "c": boundary("t", error("E2"))}, "C", "s s1 e1 c ~t C e3 .", id="by the one with its code"),
    pytest.param("s > t > e; b > B > e2", {"t": thrown("E9"), "b": boundary("t", error("E1"))}, "", "s s1 e1 ~t !E9",
                 id="not by another code: the instance fails"),
    pytest.param("s > e", {"e": end(error("E7"))}, "", "s e !E7", id="nobody at all"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s3 > t > e3", t=thrown("E1")), "b": boundary("W", error("E1"))}, "B",
                 "s s3 s1 e1 b ~t ~W B e2 .", id="two levels out"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s3 > t > e3; c > C > e4", t=thrown("E1"), c=boundary("t", error("E1"))),
                 "b": boundary("W", error("E1"))}, "C", "s s3 s1 e1 c ~t C e4 W e .", id="the nearest catches"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s3 > t > e3; c > C > e4", t=thrown("E1"), c=boundary("t", error("E2"))),
                 "b": boundary("W", error("E1"))}, "B", "s s3 s1 e1 b ~t ~W B e2 .", id="the nearest that fits"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > e1; ev", e1=end(error("E1")),
                 ev=event_sub("s9 > C > e9", s9=start(error("E1")))), "b": boundary("W", error("E1"))}, "C",
                 "s s1 e1 s9 C e9 ev W e .", id="an event sub-process before the boundary event"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > e1; ev", e1=end(error("E1")),
                 ev=event_sub("s9 > e9", s9=start(error("E1")), e9=end(error("E1")))), "b": boundary("W", error("E1"))}, "B",
                 "s s1 e1 s9 e9 b ~ev ~W B e2 .", id="thrown again from the event sub-process: outwards"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > p1 > A > e1; p1 > t > e3", t=service()),
                 "b": boundary("W", error("E1"))}, "#t/E1 B", "s s1 p1 ~t b ~A ~W B e2 .", id="a service fails beside open work"),
    pytest.param("s > t > e; b > B > e2", {"t": service(within=multi("2")), "b": boundary("t", error("E1"))}, "#t #t/E1 B",
                 "s t b ~t ~t B e2 .", id="one of several instances fails: all end"),
    pytest.param("s > e; ev", {"e": end(error("E1")), "ev": event_sub("s9 > B > e9", s9=start(error()))}, "B",
                 "s e s9 B e9 ev .", id="an event sub-process of the process"),
    pytest.param("s > p1 > A > e1; p1 > B > e2", {"e2": end(error("E1"))}, "B", "s p1 B e2 ~A !E1",
                 id="an uncaught error ends other branches"),
])  # fmt: skip
def test_errors(text: str, elements: dict[str, str], steps: str, expected: str):
    """§10.5.7 and §13.5.3: the innermost handler that fits catches; an error always interrupts; uncaught it ends the
    instance."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_an_error_comes_out_of_a_called_process():
    """§13.5.3: an error of the called process is caught at the call activity, through two calls."""
    inner = draw("s > A > e", e=end(error("E1")))
    middle = draw("s > C > e", C=call("inner"))
    outer = draw("s > C > e; b > B > e2", C=call("middle"), b=boundary("C", error("E1")))
    rehearsal = play(outer, "A B", calls={"middle": middle, "inner": inner})
    assert [told(one) for one in rehearsal.instances] == ["s b ~C B e2 .", "s ~C !E1", "s A e !E1"]


def test_a_called_process_ends_with_its_caller():
    """§13.3.4: interrupting the call activity ends the called process and all it has called."""
    inner, middle = draw("s > A > e"), draw("s > C > e", C=call("inner"))
    outer = draw("s > C > e; b > e2", C=call("middle"), b=boundary("C", message("m")))
    rehearsal = play(outer, "!m", calls={"middle": middle, "inner": inner})
    assert [told(one) for one in rehearsal.instances] == ["s b ~C e2 .", "s ~C X", "s ~A X"]


def test_terminate_ends_only_the_called_process():
    """§13.5.6: terminate does not reach beyond its process; the caller goes on."""
    called = draw("s > p1 > A > e1; p1 > B > e2", e1=end(TERMINATE))
    rehearsal = play(draw("s > C > D > e", C=call("inner")), "A D", calls={"inner": called})
    assert [told(one) for one in rehearsal.instances] == ["s C D e .", "s p1 A e1 ~B ."]


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > W > e", {"W": sub("s1 > p1 > A > e1; p1 > B > e2", e1=end(TERMINATE))}, "A", "s s1 p1 A e1 ~B W e .",
                 id="of a sub-process: it ends, the process goes on"),
    pytest.param("s > W > e", {"W": sub("s1 > A > e1", within=multi("2"), e1=end(TERMINATE))}, "A A",
                 "s s1 s1 A e1 W A e1 W W e .", id="of one instance: the others stay"),
    pytest.param("s > W > e", {"W": sub("s7 > p7 > V > e7; p7 > B > e8", V=DEEP, e8=end(TERMINATE))}, "B",
                 "s s7 p7 s1 s2 p2 B e8 ~A ~tc ~U ~V W e .", id="with nested scopes"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > p1 > B > e9; p1 > C > e8", s9=start(message("m"), interrupting=False),
                 e9=end(TERMINATE))}, "!m B A", "s s9 p1 B e9 ~C ev A e .", id="of an event sub-process"),
])  # fmt: skip
def test_terminate(text: str, elements: dict[str, str], steps: str, expected: str):
    """§13.5.6: terminate ends the scope it lies in, at once and without compensation."""
    assert trace(play(draw(text, **elements), steps)) == expected


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > th > A > e1", th=throw(escalation("U"))),
                 "b": boundary("W", escalation("U"))}, "B", "s s1 th b ~W B e2 .", id="interrupting"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > th > A > e1", th=throw(escalation("U"))),
                 "b": boundary("W", escalation("U"), interrupting=False)}, "B A", "s s1 th b B e2 A e1 W e .", id="beside"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > th > A > e1", th=throw(escalation("V"))),
                 "b": boundary("W", escalation("U"))}, "A", "s s1 th A e1 W e .", id="another code is nobody's"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > th > A > e1", th=throw(escalation("V"))),
                 "b": boundary("W", escalation())}, "B", "s s1 th b ~W B e2 .", id="any code"),
    pytest.param("s > X > e; b > B > e2", {"X": sub("s3 > W > e3; c > C > e4", W=sub("s1 > th > A > e1", th=throw(escalation("U"))),
                 c=boundary("W", escalation("U"), interrupting=False)), "b": boundary("X", escalation("U"))},
                 "C A", "s s3 s1 th c C e4 A e1 W e3 X e .", id="the nearest catches, no other"),
    pytest.param("s > th > A > e; ev", {"th": throw(escalation("U")), "ev": event_sub("s9 > B > e9", s9=start(escalation("U")))},
                 "B", "s th s9 B e9 ev .", id="an interrupting event sub-process ends the thrower's branch"),
    pytest.param("s > p1 > th > A > e; p1 > C > e3; ev", {"th": throw(escalation("U")),
                 "ev": event_sub("s9 > B > e9", s9=start(escalation("U")))}, "B", "s p1 th s9 B e9 ev .",
                 id="and all others under way"),
    pytest.param("s > W > e; b > e2", {"W": sub("s1 > A > e1; b1 > e3", e1=end(escalation("U")),
                 b1=boundary("A", message("m"))), "b": boundary("W", escalation("U"))}, "A", "s s1 A e1 b ~W e2 .",
                 id="at the end of a sub-process"),
])  # fmt: skip
def test_escalations(text: str, elements: dict[str, str], steps: str, expected: str):
    """§10.5.7: escalation goes to the nearest that catches it; nobody need; it interrupts only where drawn so."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_an_escalation_nobody_catches_goes_out():
    """§10.5.7: unresolved escalation does not stop the flow; the surroundings are told."""
    rehearsal = play(draw("s > th > e", th=throw(escalation("U"))))
    assert [e.name for e in rehearsal.instances[0].effects if isinstance(e, fx.Throw)] == ["U"]
    assert trace(rehearsal) == "s th e ."


@pytest.mark.parametrize(("steps", "expected"), [
    pytest.param("^g", "s p1 c1 e1 c2 e2 | A", id="a signal reaches every catcher"),
    pytest.param("!m", "s p1 | A", id="a message nobody waits for is lost"),
])  # fmt: skip
def test_signals_reach_all(steps: str, expected: str):
    """§10.5.5: signals are broadcast; each catch event of that name is triggered."""
    xml = draw("s > p1 > c1 > e1; p1 > c2 > e2; p1 > A > e3", c1=catch(signal("g")), c2=catch(signal("g")))
    assert trace(play(xml, steps)) == expected


def test_a_process_hears_its_own_signal_and_message():
    """§13.5.4: what is thrown is published; catchers of the same instance are among its receivers."""
    xml = draw("s > p1 > c1 > e1; p1 > A > th > e2; p1 > c2 > e3", c1=catch(signal("g")), c2=catch(message("m")),
               th=throw(signal("g")), e2=end(message("m")))  # fmt: skip
    assert trace(play(xml, "A")) == "s p1 A th e2 c1 e1 c2 e3 ."


def test_messages_find_their_instance_by_key():
    """§8.4.2 (correlation): only the instance with the key is meant."""
    xml = draw("s > c > e", c=catch(message("m", "no")))
    rehearsal = play(xml, "", no="K1")
    other = rehearsal.start(data={"no": "K2"})
    assert rehearsal.message("m", "K2") == 1
    assert (told(rehearsal.instances[0]), told(other)) == ("s |", "s c e .")
    assert rehearsal.message("m", "K3") == 0


@pytest.mark.parametrize(("definition", "event"), [
    pytest.param(message("m"), "!m", id="message"), pytest.param(signal("g"), "^g", id="signal"),
])  # fmt: skip
def test_events_begin_processes(definition: str, event: str):
    """§10.5.2: each message or signal begins an instance of its own."""
    xml = draw("s > A > e", s=start(definition))
    rehearsal = play(xml, f"{event} {event}", start="event")
    assert [told(one) for one in rehearsal.instances] == ["s | A", "s | A"]


def test_a_cancelled_wait_hears_nothing_afterwards():
    """§13.5.3: events of an activity that is not active are not consumed by it."""
    xml = draw("s > A > B > e; b > e2", b=boundary("A", message("m")))
    assert trace(play(xml, "A !m B")) == "s A B e ."


def test_data_of_an_event_arrive():
    """§10.4.2: what a message brings is written where its event stands, before the flow goes on."""
    xml = draw("s > c > t > e", c=catch(message("m")), t=script("sum", "amount + 1"))
    rehearsal = play(xml, "!m{amount:4}")
    assert rehearsal.instances[0].data["sum"] == 5


def test_a_long_chain_of_tasks_without_work_is_one_step():
    """Chains of immediate elements are done in one step, without recursion."""
    names = [f"t{i}" for i in range(2000)]
    xml = draw("s > " + " > ".join(names) + " > e", **dict.fromkeys(names, task()))
    assert len(trace(play(xml)).split()) == 2003
