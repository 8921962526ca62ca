"""Gateways in awkward company: excess tokens, unstructured joins, loops, races."""

import pytest
from playing import play, told, trace
from sketch import boundary, catch, draw, end, message, receive, script, signal, sub, task, timer, user

TICK = script("n", "if n = null then 1 else n + 1")
T = task()


@pytest.mark.parametrize(("model", "steps", "expected"), [
    pytest.param("s > p1 > A > p2 > e; p1 > B > p2; p1 > C > p2", "C A B", "s p1 C A B p2 e .", id="three branches in any order"),
    pytest.param("s > p1 > A > p2 > e; p1 > B > p2; p1 > C > p2", "C A", "s p1 C A | B", id="waits for the last"),
    pytest.param("s > p1 > A > e1; p1 > B > e2", "B A", "s p1 B e2 A e1 .", id="a split without join ends twice"),
    pytest.param("s > p1 > A > x1 > C > e; p1 > B > x1", "A B C C", "s p1 A x1 B x1 C e C e .", id="an exclusive merge passes every token"),
    pytest.param("s > p1 > p2 > e; p1 > p2", "", "s p1 p2 e .", id="two flows straight to the join"),
    pytest.param(
        "s > p1 > A > p2 > e; p1 > p3 > B > p4 > p2; p3 > C > p4", "B A C", "s p1 p3 B A C p4 p2 e .", id="a block in a block"
    ),
    pytest.param("s > p1 > A > p2 > p3 > e; p1 > B > p2; p2 > C > p3", "A B C", "s p1 A B p2 C p3 e .", id="join and split in one"),
    pytest.param("s > p1 > e", "", "s p1 e .", id="one way in, one way out"),
    pytest.param(
        "s > p1 > A > x1; p1 > B > x1; p1 > C > p2; x1 > p2 > D > e", "A B C D", "s p1 A x1 B x1 C p2 D e | ",
        id="one token an input is consumed, more stay",
    ),
])  # fmt: skip
def test_parallel_gateways(model: str, steps: str, expected: str):
    """BPMN 2.0.2 §13.4.1: activated with at least one token on each incoming flow; consumes exactly one from each."""
    rehearsal = play(draw(model), steps)
    if expected.endswith("| "):
        # A token is left over at the join: the instance is not over, and says so by staying open without tasks.
        assert trace(rehearsal) == expected.rstrip()
        (left,) = rehearsal.instances[0].state["tokens"].values()
        assert (left["e"], left["w"]) == ("p2", "join")
    else:
        assert trace(rehearsal) == expected


def test_a_join_in_a_cycle_fires_each_round():
    """§13.4.1: tokens of one round are consumed before the next comes."""
    xml = draw("s > x1 > p1 > A > p2 > t > x2; p1 > B > p2; x2 >[n < 3] x1; x2 >* e", t=TICK)
    once = "p1 A B p2 t x2"
    assert trace(play(xml, "A B A B A B")) == f"s x1 {once} x1 {once} x1 {once} e ."


def test_a_token_more_waits_for_the_next_round_of_the_join():
    """§13.4.1: the third A comes before the second B; the join fires as often as both have come."""
    xml = draw("s > p1 > A > p2 > D > e; p1 > x1 > p3 > p2; p3 > C > x1; x1")
    rehearsal = play(xml, "C")
    assert trace(rehearsal) == "s p1 x1 p3 C x1 p3 | A C"
    assert sum(token["w"] == "join" for token in rehearsal.instances[0].state["tokens"].values()) == 2


@pytest.mark.parametrize(("data", "expected"), [
    pytest.param({"k": 1}, "s x1 t1 x2 e .", id="first that holds"),
    pytest.param({"k": 2}, "s x1 t2 x2 e .", id="second"),
    pytest.param({"k": 3}, "s x1 t3 x2 e .", id="default"),
    pytest.param({}, "s x1 t3 x2 e .", id="null is not met"),
])  # fmt: skip
def test_exclusive_gateways_look_at_flows_in_order(data: dict[str, int], expected: str):
    """§13.4.2: conditions in order, the first true flow is taken, and no other; else the default."""
    xml = draw("s > x1 >[k = 1] t1 > x2 > e; x1 >[k < 3] t2 > x2; x1 >* t3 > x2", t1=T, t2=T, t3=T)
    assert trace(play(xml, **data)) == expected


@pytest.mark.parametrize(("data", "steps", "expected"), [
    pytest.param({"a": True, "b": True}, "B A", "s o1 B A o2 e .", id="both"),
    pytest.param({"a": True, "b": False}, "A", "s o1 A o2 e .", id="only the first"),
    pytest.param({"a": False, "b": True}, "B", "s o1 B o2 e .", id="only the second"),
    pytest.param({"a": False, "b": False}, "C", "s o1 C o2 e .", id="the default only when none holds"),
    pytest.param({"a": True, "b": True}, "A", "s o1 A | B", id="waits for the other"),
])  # fmt: skip
def test_inclusive_gateways(data: dict[str, bool], steps: str, expected: str):
    """§13.4.3: every flow whose condition holds; the join waits for exactly those."""
    xml = draw("s > o1 >[a] A > o2 > e; o1 >[b] B > o2; o1 >* C > o2")
    assert trace(play(xml, steps, **data)) == expected


@pytest.mark.parametrize(("model", "steps", "expected"), [
    pytest.param(
        "s > o1 >[1 = 1] A > x1 > o2 > e; o1 >[1 = 1] B > o2; x1; A", "B A", "s o1 B A x1 o2 e .", id="through a merge"
    ),
    pytest.param(
        "s > o1 >[1 = 1] A > x1; x1 >[n < 2] t > A2 > x3; x1 >* o2 > e; o1 >[1 = 1] B > o2; x3 > x1; A2",
        "B A A2 A2", "s o1 B A x1 t A2 x3 x1 t A2 x3 x1 o2 e .", id="a loop before the join is waited for",
    ),
    pytest.param(
        "s > p1 > A > o1 > C > e; p1 > B > x1; x1 >[1 = 2] o1; x1 >* e2", "A B C", "s p1 A B x1 e2 o1 C e .",
        id="a branch that goes elsewhere is waited for until it has gone",
    ),
    pytest.param(
        "s > p1 > A > o1 > C > e; p1 > W > o1", "A K C", "s p1 s1 A K e1 W o1 C e .",
        id="a token deep in a sub-process is waited for",
    ),
    pytest.param(
        "s > p1 > A > o1 > D > e; p1 > B > o1; b > C > o1", "A !m C D", "s p1 A b ~B C o1 D e .",
        id="the way of a boundary event is waited for",
    ),
    pytest.param(
        "s > o1 >[1 = 1] A > o2 > o4 > e; o1 >[1 = 1] o3 >[1 = 1] B > o2; o3 >[1 = 1] C > o4", "A C B",
        "s o1 o3 A C B o2 o4 e .", id="crossing blocks",
    ),
    pytest.param(
        "s > p1 > A > x1 > o1 > C > x2; p1 > B > o1; x2 >[n < 2] t > x1; x2 >* e", "A B C C",
        "s p1 A x1 B o1 C x2 t x1 o1 C x2 t x1 o1 | C", id="alone in the second round: nobody else can come",
    ),
])  # fmt: skip
def test_inclusive_joins_look_at_every_token(model: str, steps: str, expected: str):
    """§13.4.3: waits while a token elsewhere can reach an empty input, and no input that has one already."""
    elements = {"t": TICK} if " t " in model else {}
    if " W " in model:
        elements["W"] = sub("s1 > K > e1")
    if "b >" in model:
        elements["b"] = boundary("B", message("m"))
    assert trace(play(draw(model, **elements), steps, n=0)) == expected


@pytest.mark.parametrize(("steps", "expected"), [
    pytest.param("!m", "s v1 c1 x1 e .", id="message"),
    pytest.param("^g", "s v1 c2 x1 e .", id="signal"),
    pytest.param("+PT2H", "s v1 c3 x1 e .", id="timer"),
    pytest.param("!r", "s v1 c4 x1 e .", id="receive task"),
    pytest.param("+PT30M", "s |", id="nothing yet"),
    pytest.param("!m !m ^g +PT2H", "s v1 c1 x1 e .", id="later ones find nobody"),
])  # fmt: skip
def test_event_based_gateways_take_the_first_event(steps: str, expected: str):
    """§13.4.4: the first event to occur; the others are no longer waited for."""
    xml = draw(
        "s > v1 > c1 > x1 > e; v1 > c2 > x1; v1 > c3 > x1; v1 > c4 > x1",
        c1=catch(message("m")), c2=catch(signal("g")), c3=catch(timer("PT1H")), c4=receive("r"),
    )  # fmt: skip
    assert trace(play(xml, steps)) == expected


def _instantiating(kind: str) -> bytes:
    gateway = f'<eventBasedGateway id="{{id}}" instantiate="true" eventGatewayType="{kind}"/>'
    return draw("v1 > c1 > A > x1 > e; v1 > c2 > B > x1", v1=gateway, c1=catch(message("m")), c2=receive("r"))


@pytest.mark.parametrize(("steps", "expected"), [
    pytest.param("!m A", ["v1 c1 A x1 e ."], id="by the message"),
    pytest.param("!r B", ["v1 c2 B x1 e ."], id="by the receive task"),
    pytest.param("!m !r", ["v1 c1 | A", "v1 c2 | B"], id="each event begins an instance"),
])  # fmt: skip
def test_a_gateway_can_begin_a_process(steps: str, expected: list[str]):
    """§10.6.6: the first event of an instantiating exclusive gateway creates the instance; its other events are not
    waited for."""
    assert [told(one) for one in play(_instantiating("Exclusive"), steps, start="event").instances] == expected


def test_a_parallel_event_gateway_waits_for_all_its_events():
    """§10.6.6: the first event creates the instance, the others are then waited for; all must occur."""
    rehearsal = play(_instantiating("Parallel"), "!m A", start="event")
    assert trace(rehearsal) == "v1 c1 A x1 e |"
    assert trace(play(_instantiating("Parallel"), "!m A !r B", start="event")) == "v1 c1 A x1 e c2 B x1 e ."


def test_a_receive_task_can_begin_a_process():
    """§10.3.3: a receive task with instantiate and without incoming flow."""
    xml = draw("r > A > e", r=receive("m", instantiate="true"))
    assert trace(play(xml, "!m A", start="event")) == "r A e ."


def test_a_terminate_end_in_one_branch_ends_the_other():
    """§13.5.6: terminate ends all activities of the process."""
    xml = draw("s > p1 > A > e1; p1 > B > e2", e1=end("<terminateEventDefinition/>"))
    assert trace(play(xml, "A")) == "s p1 A e1 ~B ."


def test_conditions_leave_an_activity_by_several_flows():
    """§13.2.1: conditional flows of an activity behave like an inclusive split; a plain flow is always taken."""
    xml = draw("s > A >[k > 1] B > e1; A >[k > 2] C > e2; A > D > e3", A=user())
    assert trace(play(xml, "A{k:2} B D")) == "s A B e1 D e3 ."
    assert trace(play(xml, "A{k:3} D C B")) == "s A D e3 C e2 B e1 ."
    assert trace(play(xml, "A{k:1} D")) == "s A D e3 ."
