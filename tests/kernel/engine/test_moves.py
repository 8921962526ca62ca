"""Approval moves of Chinese offices: returns, recalls, added signers, hand-overs, sign-off, administration.

Source: sheet 05 C8 (flow semantics) and the moves of architecture §2; the order of elements is BPMN's.
"""

from typing import Any

import pytest
from playing import do, play, trace
from sketch import boundary, draw, event_sub, message, multi, start, sub, timer, user

from yipan.kernel import engine
from yipan.kernel.engine import effects as fx
from yipan.kernel.engine.rehearsal import Rehearsal

LINE = "s > A > B > C > e"


def move(rehearsal: Rehearsal, element: str, name: str, by: str = "8", **more: Any) -> None:
    instance, task = rehearsal.find(element)
    rehearsal.feed(instance, engine.Move(task.task, name, by, reason="试", **more))


def refused(rehearsal: Rehearsal, word: str) -> str:
    before = rehearsal.instances[0].state
    with pytest.raises(engine.Refused) as problem:
        do(rehearsal, word)
    assert rehearsal.instances[0].state == before  # nothing has happened
    return problem.value.code


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param(LINE, {}, "A B C<A A B C", "s A B <C A B C e .", id="to a passed step, then forward again"),
    pytest.param(LINE, {}, "A B C<<A A C", "s A B <C A C e .", id="to a passed step, then straight back"),
    pytest.param(LINE, {}, "A B C<B B C", "s A B <C B C e .", id="to the step before"),
    pytest.param(LINE, {}, "A B C< B C", "s A B <C B C e .", id="to the step before, not named"),
    pytest.param(LINE, {}, "A B C<@start A B C", "s A B <C A B C e .", id="to the one who began"),
    pytest.param(LINE, {}, "A B C<A A B< A B C", "s A B <C A <B A B C e .", id="the step before, in the second round"),
    pytest.param(LINE, {}, "A B C<<A A C<B B C", "s A B <C A <C B C e .", id="returned again after straight back"),
    pytest.param("s > A > x1 >[k = 1] B > x2 > C > e; x1 >* D > x2", {}, "A{k:1} B C<A A{k:2} D C",
                 "s A x1 B x2 <C A x1 D x2 C e .", id="decided otherwise the second time"),
    pytest.param("s > A > B > e; b > D > e2", {"b": boundary("B", timer("PT2H"))}, "A +PT1H B<A A +PT1H +PT30M B",
                 "s A <B A B e .", id="the timer is armed anew and counts from the beginning"),
    pytest.param("s > A > B > e; b > D > e2", {"b": boundary("B", timer("PT2H"))}, "A B<A +PT9H A +PT2H D",
                 "s A <B A b ~B D e2 .", id="while the task is returned its timer does not run"),
    pytest.param("s > A > p1 > B > p2 > e; p1 > C > p2", {"B": user(returnCancelsSiblings="true")}, "A B<A A B C",
                 "s A p1 ~C <B A p1 B C p2 e .", id="out of a branch, the others cancelled"),
    pytest.param("s > p1 > A > B > p2 > e; p1 > C > p2", {}, "A B<A A C B", "s p1 A <B A C B p2 e .",
                 id="inside one branch the others go on"),
    pytest.param("s > A > W > e", {"W": sub("s1 > B > C > e1")}, "A B C<B B C", "s A s1 B <C B C e1 W e .", id="inside a sub-process"),
    pytest.param("s > W > e", {"W": sub("s1 > B > C > e1", within=multi("2"))}, "B B C<B C B C",
                 "s s1 s1 B B <C C e1 W B C e1 W W e .", id="inside one of several instances"),
    pytest.param("s > A > B > e", {"A": user(multi("2"))}, "A A B<A A A B", "s A A A <B A A A B e .", id="to a task of several instances"),
    pytest.param("s > A > e; ev", {"ev": event_sub("s9 > B > C > e9", s9=start(message("m"), interrupting=False))},
                 "!m B C<B B C A", "s s9 B <C B C e9 ev A e .", id="inside an event sub-process"),
    pytest.param("s > A > B > e", {"B": user('<standardLoopCharacteristics loopMaximum="2"/>')}, "A B B<A A B B",
                 "s A <B A B e .", id="in the second round of a loop"),
])  # fmt: skip
def test_returns(text: str, elements: dict[str, str], steps: str, expected: str):
    """退回: to the starter, the step before or any passed step; then forward again or straight back."""
    assert trace(play(draw(text, **elements), steps)) == expected


@pytest.mark.parametrize(("text", "elements", "steps", "word", "code"), [
    pytest.param(LINE, {}, "", "A<A", "target", id="nothing was passed"),
    pytest.param(LINE, {}, "A", "B<C", "target", id="a step ahead"),
    pytest.param(LINE, {}, "A B C<A A", "B<C", "target", id="a step that has to be done again"),
    pytest.param(LINE, {}, "A", "B<nowhere", "target", id="no such step"),
    pytest.param("s > A > W > e", {"W": sub("s1 > B > e1")}, "A", "B<A", "target", id="out of a sub-process"),
    pytest.param("s > p1 > A > C > p2 > e; p1 > B > p2", {}, "A", "B<A", "target", id="into the neighbour branch"),
    pytest.param("s > A > p1 > B > p2 > e; p1 > C > p2", {}, "A", "B<A", "siblings", id="out of a branch while others work"),
    pytest.param("s > A > B > e", {"A": user(act="accept")}, "A", "B<A", "act", id="across what changed the case"),
    pytest.param("s > A > B > e", {"B": user(act="accept")}, "A", "B<A", "act", id="a task whose outcome is its return"),
    pytest.param(LINE, {}, "A suspend", "B<A", "suspended", id="while suspended"),
    pytest.param(LINE, {}, "A B", "A", "gone", id="what is done cannot be done again"),
    pytest.param("s > A > B > e", {"A": user(outcomes="yes no")}, "", "A=maybe", "outcome", id="an outcome the model does not have"),
    pytest.param("s > A > B > e", {"A": user(outcomes="yes no")}, "", "A", "outcome", id="no outcome where one is needed"),
    pytest.param("s > A > B > e", {}, "A B", "terminate", "ended", id="an ended instance takes nothing"),
    pytest.param(LINE, {}, "", "resume", "status", id="not suspended"),
    pytest.param(LINE, {}, "suspend", "suspend", "status", id="suspended already"),
])  # fmt: skip
def test_what_is_not_possible_is_refused(text: str, elements: dict[str, str], steps: str, word: str, code: str):
    """Every refusal has its rule, and nothing has happened."""
    assert refused(play(draw(text, **elements), steps), word) == code


@pytest.mark.parametrize(("text", "steps", "expected"), [
    pytest.param(LINE, "A A~ A B C", "s A <B A B C e .", id="before anybody acted"),
    pytest.param("s > A > p1 > B > p2 > e; p1 > C > p2", "A A~ A B C", "s A p1 <B <C A p1 B C p2 e .", id="with all it opened"),
])  # fmt: skip
def test_recall(text: str, steps: str, expected: str):
    """撤回: one's own decision until the next action."""
    assert trace(play(draw(text), steps)) == expected


@pytest.mark.parametrize(("text", "steps"), [
    pytest.param(LINE, "A B", id="B acted, then A wants it back"),
    pytest.param("s > A > x1 >[1 = 1] e; x1 >* e2", "A", id="it ended the instance"),
])  # fmt: skip
def test_too_late_to_recall(text: str, steps: str):
    rehearsal = play(draw(text), steps)
    first = next(e.task for e in rehearsal.instances[0].effects if isinstance(e, fx.CloseTask))
    with pytest.raises(engine.Refused):
        rehearsal.feed(rehearsal.instances[0], engine.Move(first, "recall", "7"))


def test_a_claimed_task_cannot_be_recalled():
    rehearsal = play(draw(LINE), "A")
    move(rehearsal, "B", "claim")
    closed = next(e.task for e in rehearsal.instances[0].effects if isinstance(e, fx.CloseTask))
    with pytest.raises(engine.Refused, match="签收"):
        rehearsal.feed(rehearsal.instances[0], engine.Move(closed, "recall", "7"))


def test_claims():
    """签收、退签: one of several candidates takes a task; another cannot; he can give it back."""
    rehearsal = play(draw(LINE))
    move(rehearsal, "A", "claim", "8")
    for name, by in (("claim", "9"), ("unclaim", "9")):
        with pytest.raises(engine.Refused):
            move(rehearsal, "A", name, by)
    move(rehearsal, "A", "unclaim", "8")
    move(rehearsal, "A", "claim", "9")
    assert [e.status for e in rehearsal.instances[0].effects if isinstance(e, fx.ChangeTask)] == [
        "claimed",
        "open",
        "claimed",
    ]


@pytest.mark.parametrize("name", ["transfer", "delegate", "reassign"])
def test_a_task_goes_to_somebody_else(name: str):
    """转办、委托、改派: the task is his from now on, and a claim on it is over."""
    rehearsal = play(draw(LINE))
    move(rehearsal, "A", "claim", "8")
    move(rehearsal, "A", name, "8", to=("9",))
    assert rehearsal.find("A")[1].persons == ("9",)
    with pytest.raises(engine.Refused, match="选择人员"):
        move(rehearsal, "A", name, "8")


def test_whoever_is_barred_cannot_get_it():
    """A deputy and a receiver inherit the separation of duties."""
    rehearsal = play(draw("s > A > B > e", B=user(notSameAs="A")), "A")
    for barred in ("transfer", "delegate", "reassign"):
        with pytest.raises(engine.Refused, match="不相容"):
            move(rehearsal, "B", barred, "8", to=("7",))
    with pytest.raises(engine.Refused, match="不相容"):
        rehearsal.complete("B", by="7")
    with pytest.raises(engine.Refused, match="不相容"):
        rehearsal.complete("B", by="9", on_behalf="7")
    rehearsal.complete("B", by="9")
    assert trace(rehearsal) == "s A B e ."


def test_a_deputy_bars_both():
    """Who acted and for whom he acted: neither may take the incompatible step."""
    rehearsal = play(draw("s > A > B > e", B=user(notSameAs="A")))
    rehearsal.complete("A", by="5", on_behalf="6")
    assert rehearsal.find("B")[1].excluded == ("5", "6")


def test_who_did_a_step_before_a_return_stays_barred_until_it_is_done_again():
    rehearsal = play(draw("s > A > B > C > e", C=user(notSameAs="A")))
    rehearsal.complete("A", by="5")
    do(rehearsal, "B")
    do(rehearsal, "C<A")
    rehearsal.complete("A", by="6")
    do(rehearsal, "B")
    assert rehearsal.find("C")[1].excluded == ("6",)


def test_a_signer_added_before():
    """前加签: the task waits until the added signer has spoken, whatever he says."""
    rehearsal = play(draw(LINE))
    move(rehearsal, "A", "add_before", to=("5", "6"))
    task = rehearsal.find("A")[1].task
    with pytest.raises(engine.Refused, match="加签"):
        rehearsal.feed(rehearsal.instances[0], engine.Complete(task, "8"))
    for one in [t for t in rehearsal.instances[0].tasks.values() if t.kind == "before"]:
        rehearsal.feed(rehearsal.instances[0], engine.Complete(one.task, one.persons[0], "no"))
    rehearsal.feed(rehearsal.instances[0], engine.Complete(task, "8"))
    assert trace(rehearsal) == "s A | B"


def test_a_signer_added_after():
    """后加签: decided only when the added signers have spoken, with the decision of the one who added them."""
    rehearsal = play(draw('s > A > x1 >[results.A.outcome = "yes"] B > e; x1 >* C > e2', A=user(outcomes="yes no")))
    move(rehearsal, "A", "add_after", to=("5", "6"))
    rehearsal.complete("A", "yes", by="8")
    assert trace(rehearsal) == "s | A A"
    rehearsal.complete("A", by="5")
    rehearsal.complete("A", by="6")
    assert trace(rehearsal) == "s A x1 | B"
    assert rehearsal.instances[0].state["passed"]["A|0"]["by"] == "8"


def test_an_added_signer_goes_with_a_return():
    """退回: what was added to the returned task is closed with it."""
    rehearsal = play(draw(LINE), "A")
    move(rehearsal, "B", "add_before", to=("5",))
    instance = rehearsal.instances[0]
    main = next(t for t in instance.tasks.values() if t.kind == "work")
    rehearsal.feed(instance, engine.Move(main.task, "return", "8", element="A", reason="试"))
    assert trace(rehearsal) == "s A <B | A"


@pytest.mark.parametrize(("mode", "agree", "refuse", "decided"), [
    ("all", 6, 0, None), ("all", 7, 0, "agree"), ("all", 3, 1, "no"), ("any", 0, 6, None), ("any", 1, 0, "agree"),
    ("any", 0, 7, "no"), ("ratio", 4, 0, None), ("ratio", 5, 0, "agree"), ("ratio", 4, 2, None), ("ratio", 4, 3, "no"),
    ("ratio", 0, 3, "no"), ("sequential", 6, 0, None), ("sequential", 7, 0, "agree"), ("sequential", 2, 1, "no"),
])  # fmt: skip
def test_sign_off(mode: str, agree: int, refuse: int, decided: str | None):
    """会签、或签、票签（七人三分之二须五人）、顺签: decided as soon as the outcome is certain."""
    signers = '["1","2","3","4","5","6","7"]'
    more = {"ratio": "2/3"} if mode == "ratio" else {}
    xml = draw("s > A > t > e", A=user(signers=signers, signOff=mode, outcomes="agree no", **more),
               t='<scriptTask id="{id}" yipan:result="out"><script>results.A.outcome</script></scriptTask>')  # fmt: skip
    rehearsal = play(xml)
    for said in ["agree"] * agree + ["no"] * refuse:
        if rehearsal.instances[0].status == "completed":
            break
        do(rehearsal, f"A={said}")
    found = rehearsal.instances[0]
    assert (found.data.get("out") if found.status == "completed" else None) == decided
    if decided is None:
        assert len(found.tasks) == (1 if mode == "sequential" else 7 - agree - refuse)


def test_signers_are_asked_at_once_or_in_turn():
    for mode, open_at_first in (("all", 3), ("sequential", 1)):
        rehearsal = play(draw("s > A > e", A=user(signers='["1","2","3"]', signOff=mode)))
        assert [t.kind for t in rehearsal.instances[0].tasks.values()] == ["sign"] * open_at_first


def test_collecting_sign_off_hears_everybody():
    xml = draw("s > A > e", A=user(signers='["1","2"]', signOff="all", outcomes="agree no", onDisagree="collect"))
    assert trace(play(xml, "A=no")) == "s | A"
    assert trace(play(xml, "A=no A=agree")) == "s A e ."


def test_copies_and_urges_change_nothing():
    rehearsal = play(draw(LINE))
    move(rehearsal, "A", "copy", to=("5",))
    move(rehearsal, "A", "urge")
    assert [type(e) for e in rehearsal.instances[0].effects][-2:] == [fx.Copy, fx.Urge]
    assert trace(rehearsal) == "s | A"


@pytest.mark.parametrize("name", ["return", "transfer", "delegate", "reassign"])
def test_moves_that_need_a_reason(name: str):
    rehearsal = play(draw(LINE), "A")
    instance, task = rehearsal.find("B")
    with pytest.raises(engine.Refused, match="原因"):
        rehearsal.feed(instance, engine.Move(task.task, name, "8", to=("9",), element="A", reason="  "))


@pytest.mark.parametrize(("text", "elements", "steps", "expected"), [
    pytest.param(LINE, {}, "A^C C", "s ^A C e .", id="forward over a step"),
    pytest.param(LINE, {}, "A B C^A A B C", "s A B ^C A B C e .", id="back"),
    pytest.param("s > p1 > A > p2 > e; p1 > B > p2", {}, "A^p2 B", "s p1 ^A B p2 e .", id="to a join, in place of the branch"),
    pytest.param("s > A > e; b > e2", {"b": boundary("A", timer("PT1H"))}, "A^e", "s ^A e .", id="to the end"),
])  # fmt: skip
def test_an_administrator_jumps(text: str, elements: dict[str, str], steps: str, expected: str):
    """跳转: with a reason, marked in the log, timers of the left task are gone."""
    assert trace(play(draw(text, **elements), steps)) == expected


def test_a_jump_needs_a_reason_and_a_place():
    rehearsal = play(draw("s > A > W > e", W=sub("s1 > B > e1")))
    instance, task = rehearsal.find("A")
    for element, reason in (("W", " "), ("nowhere", "试"), ("B", "试")):
        with pytest.raises(engine.Refused):
            rehearsal.feed(instance, engine.Control("jump", "1", reason, task.task, element))


def test_a_suspended_instance_waits():
    """挂起: no step, no timer; copies and urges are still possible; then as before."""
    xml = draw("s > A > e; b > B > e2", b=boundary("A", timer("PT1H")))
    rehearsal = play(xml, "suspend +PT5H")
    assert trace(rehearsal) == "s | A"
    assert refused(rehearsal, "A") == "suspended"
    move(rehearsal, "A", "urge")
    do(rehearsal, "resume")
    rehearsal.advance(rehearsal.now)
    assert trace(rehearsal) == "s b ~A | B"


def test_the_same_person_twice_is_skipped_only_where_the_model_says_so():
    """Nothing passes by itself unless its model says so."""
    plain = play(draw("s > A > B > e", B=user(person="starter")))
    plain.complete("A", by="7")
    assert trace(plain) == "s A | B"
    skipping = play(draw("s > A > B > C > e", B=user(person="starter", skipSamePerson="true")))
    skipping.complete("A", by="7")
    assert trace(skipping) == "s A >B B | C"
