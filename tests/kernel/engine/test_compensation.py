"""Compensation and transactions: what was completed is undone, last first, once."""

import pytest
from playing import play, told, trace
from sketch import (
    CANCEL,
    boundary,
    call,
    compensation,
    draw,
    end,
    error,
    event_sub,
    handler,
    loop,
    message,
    multi,
    script,
    service,
    start,
    sub,
    task,
    throw,
    transaction,
    undoes,
    user,
)  # fmt: skip


def undo(*activities: str, by: str = "task") -> dict[str, str]:
    """For each activity X a boundary event cX, a handler uX and their association."""
    made: dict[str, str] = {}
    for one in activities:
        made |= {f"c{one}": boundary(one, compensation()), f"u{one}": handler(user() if by == "user" else task())}
        made |= {f"a{one}": undoes(f"c{one}", f"u{one}")}
    return made


ALL = throw(compensation())


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > A > B > th > e", {**undo("A", "B"), "th": ALL}, "A B", "s A B th uB uA e .", id="last first"),
    pytest.param("s > A > B > th > e", {**undo("A"), "th": ALL}, "A B", "s A B th uA e .", id="only what can be undone"),
    pytest.param("s > A > B > th > e", {**undo("A", "B"), "th": throw(compensation("A"))}, "A B", "s A B th uA e .",
                 id="one activity"),
    pytest.param("s > A > th > t2 > e", {**undo("A"), "th": ALL, "t2": ALL}, "A", "s A th uA t2 e .", id="once and not again"),
    pytest.param("s > th > A > e", {**undo("A"), "th": ALL}, "A", "s th A e .", id="nothing before it was done"),
    pytest.param("s > p1 > A > p2 > th > e; p1 > B > p2", {**undo("A", "B"), "th": ALL}, "B A", "s p1 B A p2 th uA uB e .",
                 id="in the order of completion, not of drawing"),
    pytest.param("s > p1 > A > th > e; p1 > B > e2", {**undo("A", "B"), "th": ALL}, "A B", "s p1 A th uA e B e2 .",
                 id="what is still open is not undone"),
    pytest.param("s > x1 > A > t > x2; x2 >[n < 2] x1; x2 >* th > e", {**undo("A"), "th": ALL, "t":
                 script("n", "if n = null then 1 else n + 1")}, "A A", "s x1 A t x2 x1 A t x2 th uA uA e .", id="once a round"),
    pytest.param("s > A > th > e", {**undo("A"), "th": ALL, "A": user(loop("", maximum=2))}, "A A", "s A th uA e .",
                 id="a loop is one activity"),
    pytest.param("s > A > th > e", {**undo("A"), "th": ALL, "A": user(multi("2"))}, "A A", "s A A A th uA e .",
                 id="several instances are one activity"),
    pytest.param("s > W > th > e", {"W": sub("s1 > A > B > e1", **undo("A", "B")), "th": ALL}, "A B",
                 "s s1 A B e1 W th uB uA e .", id="a sub-process by what was done inside"),
    pytest.param("s > W > th > e", {"W": sub("s1 > A > e1", **undo("A")), **undo("W"), "th": ALL}, "A",
                 "s s1 A e1 W th uW e .", id="a sub-process by its own handler only"),
    pytest.param("s > V > th > e", {"V": sub("s2 > W > e2", W=sub("s1 > A > e1", **undo("A"))), "th": ALL}, "A",
                 "s s2 s1 A e1 W e2 V th uA e .", id="two levels down"),
    pytest.param("s > A > W > e", {**undo("A"), "W": sub("s1 > B > th > e1", th=ALL, **undo("B"))}, "A B",
                 "s A s1 B th uB e1 W e .", id="not beyond the scope it is thrown in"),
    pytest.param("s > A > th > e", {**undo("A", by="user"), "th": ALL}, "A", "s A th | uA", id="waits for a person"),
    pytest.param("s > A > B > th > C > e", {**undo("A", "B", by="user"), "th": ALL}, "A B uB uA C", "s A B th uB uA C e .",
                 id="one person after the other, then on"),
    pytest.param("s > A > e", {**undo("A"), "e": end(compensation())}, "A", "s A e uA .", id="at the end"),
    pytest.param("s > p1 > A > e; p1 > B > e2", {**undo("A", by="user"), "e": end(compensation())}, "A B", "s p1 A e B e2 | uA",
                 id="at an end, beside another branch"),
    pytest.param("s > A > th > e", {**undo("A"), "uA": handler(service()), "th": ALL}, "A #uA", "s A th uA e .",
                 id="by a service"),
    pytest.param("s > A > th > e", {**undo("A"), "uA": handler(user(multi("2"))), "th": ALL}, "A uA uA", "s A th uA uA uA e .",
                 id="by several persons"),
    pytest.param("s > A > th > e", {**undo("A"), "uA": handler(sub("s1 > B > e1")), "th": ALL}, "A B", "s A th s1 B e1 uA e .",
                 id="by a sub-process"),
    pytest.param("s > W > th > e", {"W": sub("s1 > A > e1", within=multi("2"), **undo("A")), "th": ALL}, "A A",
                 "s s1 s1 A e1 W A e1 W W th uA uA e .", id="every instance of a sub-process"),
    pytest.param("s > W > th > e", {"W": sub("s1 > A > e1", within=multi("2", sequential=True), **undo("A")), "th": ALL},
                 "A A", "s s1 A e1 W s1 A e1 W W th uA uA e .", id="every instance in turn"),
    pytest.param("s > W > th > e", {"W": sub("s1 > A > e1", within=loop("", maximum=2), **undo("A")), "th": ALL},
                 "A A", "s s1 A e1 s1 A e1 W th uA uA e .", id="every round of a looping sub-process"),
    pytest.param("s > W > D > th > e", {"W": sub("s1 > A > e1; ev", **undo("A"), ev=event_sub("s9 > K > e9",
                 s9=start(compensation()))), "th": ALL}, "A D K", "s s1 A e1 W D th s9 K e9 ev e .",
                 id="a compensation event sub-process is the handler of its sub-process"),
])  # fmt: skip
def test_compensation(text: str, elements: dict[str, str], steps: str, expected: str):
    """BPMN 2.0.2 §13.5.5: handlers of completed activities of the scope, in reverse order; a sub-process without
    handler is compensated by compensating its activities; each at most once."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_an_activity_done_again_after_a_return_is_undone_twice():
    """§13.5.5: each successful completion is compensated; a return to an office step is a second completion."""
    xml = draw("s > A > B > th > e", **undo("A"), th=ALL)
    assert trace(play(xml, "A B<A A B")) == "s A <B A B th uA uA e ."


def test_a_recalled_completion_is_not_undone():
    """§13.5.5: what was taken back before anybody acted on it was not completed."""
    xml = draw("s > A > B > th > e", **undo("A"), th=ALL)
    assert trace(play(xml, "A A~ A B")) == "s A <B A B th uA e ."


def test_an_event_sub_process_undoes_what_its_scope_has_done():
    """§13.5.5: the handler of an error in a scope may compensate the activities of that scope."""
    xml = draw(
        "s > W > e",
        W=sub("s1 > A > e1; ev", e1=end(error("E")), ev=event_sub("s9 > th > e9", s9=start(error("E")), th=ALL), **undo("A")),
    )  # fmt: skip
    assert trace(play(xml, "A")) == "s s1 A e1 s9 th uA e9 ev W e ."


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > A > C > e1", e1=end(CANCEL), **undo("A", "C")),
                 "b": boundary("T", CANCEL)}, "A C B", "s s1 A C e1 uC uA ~T b B e2 .", id="all undone, then the cancel event"),
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > p1 > A > e1; p1 > C > e3", e1=end(CANCEL), **undo("A", "C")),
                 "b": boundary("T", CANCEL)}, "A B", "s s1 p1 A e1 ~C uA ~T b B e2 .", id="open work is cancelled, not undone"),
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > A > e1", e1=end(CANCEL), **undo("A", by="user")),
                 "b": boundary("T", CANCEL)}, "A uA B", "s s1 A e1 uA ~T b B e2 .", id="waits until all is undone"),
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > A > e1", **undo("A")), "b": boundary("T", CANCEL)}, "A",
                 "s s1 A e1 T e .", id="not cancelled"),
    pytest.param("s > T > e; b > B > e2; c > C > e3", {"T": transaction("s1 > A > e1", e1=end(error("E")), **undo("A")),
                 "b": boundary("T", CANCEL), "c": boundary("T", error("E"))}, "A C", "s s1 A e1 c ~T C e3 .",
                 id="an error is a hazard: nothing is undone"),
    pytest.param("s > T > th > e", {"T": transaction("s1 > A > e1", **undo("A")), "th": ALL}, "A", "s s1 A e1 T th uA e .",
                 id="a completed one can be undone later"),
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > W > e1", W=sub("s3 > A > e3", **undo("A")), e1=end(CANCEL)),
                 "b": boundary("T", CANCEL)}, "A B", "s s1 s3 A e3 W e1 uA ~T b B e2 .", id="what a sub-process in it has done"),
    pytest.param("s > T > e; b > B > e2", {"T": transaction("s1 > x1; x1 >[1 = 1] e1; x1 >* e3", e1=end(CANCEL)),
                 "b": boundary("T", CANCEL)}, "B", "s s1 x1 e1 ~T b B e2 .", id="nothing to undo"),
])  # fmt: skip
def test_transactions(text: str, elements: dict[str, str], steps: str, expected: str):
    """§10.3.5 and §13.5.5: a cancel end event ends the transaction's work, compensates what was done, then triggers
    the cancel boundary event."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_compensation_survives_an_interruption_of_the_scope():
    """§13.5.5: what an interrupted sub-process had completed is not compensable afterwards, for it did not complete."""
    xml = draw("s > W > e; b > th > e2", W=sub("s1 > A > C > e1", **undo("A")), b=boundary("W", message("m")), th=ALL)
    assert trace(play(xml, "A !m")) == "s s1 A b ~C ~W th e2 ."


def test_a_called_process_is_undone_by_the_handler_of_the_call():
    """§13.5.5: a call activity is compensated by its own handler; the called process is over."""
    xml = draw("s > C > th > e", C=call("inner"), **undo("C"), th=ALL)
    rehearsal = play(xml, "A", calls={"inner": draw("s > A > e")})
    assert [told(one) for one in rehearsal.instances] == ["s C th uC e .", "s A e ."]
