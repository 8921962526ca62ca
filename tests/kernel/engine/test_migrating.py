"""Running instances go on under another version: what is safe, what needs a map, what is refused, and that nothing is lost."""

import pytest
from blocks import Block, blocks
from blocks import Plan as Drawing
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import NOW, do, play, sound, trace
from sketch import (
    boundary,
    catch,
    compensation,
    draw,
    event_sub,
    handler,
    loaded,
    message,
    multi,
    start,
    sub,
    task,
    throw,
    timer,
    undoes,
    user,
)  # fmt: skip

from yipan.kernel import bpmn, engine
from yipan.kernel.engine import Plan, Spawn, migrating
from yipan.kernel.engine.rehearsal import Rehearsal

THREE = "s > p1 > A > p2 > E > e; p1 > B > p2; p1 > C > p2"
FOUR = f"{THREE}; p1 > D > p2"


def moved(before: bytes, steps: str, after: bytes, plan: Plan | None = None, then: str = "") -> str:
    """Play the old version, migrate, check, play on; what happened in all."""
    rehearsal = play(before, steps)
    instance = rehearsal.instances[0]
    rehearsal.migrate(instance, loaded(after), plan)
    sound(instance)
    for word in then.split():
        do(rehearsal, word)
        sound(instance)
    return trace(rehearsal)


def problems(before: bytes, steps: str, after: bytes, plan: Plan | None = None) -> list[tuple[str, str]]:
    instance = play(before, steps).instances[0]
    found = migrating.check(instance.model, engine.compiled(loaded(after)), instance.state, plan or Plan())
    return [(problem.kind, problem.element) for problem in found]


@pytest.mark.parametrize(("before", "steps", "after", "plan", "then", "expected"), [
    pytest.param("s > A > B > e", "A", "s > A > B > C > e", None, "B C", "s A B C e .", id="a step is added behind"),
    pytest.param("s > A > B > C > e", "A", "s > A > B > e", None, "B", "s A B e .", id="a step is left out behind"),
    pytest.param("s > A > B > e", "A", "s > A > X > e", Plan({"B": "X"}), "X", "s A X e .", id="the open step has another name"),
    pytest.param("s > A > B > C > e", "A B", "s > A > C > e", None, "C<A A C", "s A B <C A C e .",
                 id="returns go to steps of the new version"),
    pytest.param(THREE, "", FOUR, Plan(spawn=(Spawn("D", ("A", "B", "C")),)), "A B C D E", "s p1 A B C D p2 E e .",
                 id="a fourth department while three are open"),
    pytest.param(THREE, "A", FOUR, Plan(spawn=(Spawn("D", ("A", "B", "C")),)), "D C B E", "s p1 A D C B p2 E e .",
                 id="a fourth while one has finished"),
    pytest.param(THREE, "A B", FOUR, Plan(spawn=(Spawn("D", ("C", "p2")),)), "C D E", "s p1 A B C D p2 E e .",
                 id="a fourth while two wait at the join"),
    pytest.param(FOUR, "A B", THREE, Plan(cancel=("D",)), "C E", "s p1 A B ~D C p2 E e .", id="a department is given up"),
    pytest.param(FOUR, "A B C", THREE, Plan(cancel=("D",)), "E", "s p1 A B C ~D p2 E e .",
                 id="the one all wait for is given up: the join fires"),
    pytest.param("s > p1 > A > p2 > e; p1 > B > p2", "A", "s > p1 > X > p2 > e; p1 > B > p2",
                 Plan(flows={"A_p2": "X_p2"}), "B", "s p1 A B p2 e .", id="a token waits at the join by a flow of another name"),
    pytest.param("s > A > B > e", "A", "s > B > e", Plan(), "B", "s A B e .", id="what is done may be gone"),
])  # fmt: skip
def test_going_on(before: str, steps: str, after: str, plan: Plan | None, then: str, expected: str):
    """Architecture §2: an explicit plan of elements, flows of joins, what begins and what is given up."""
    assert moved(draw(before), steps, draw(after), plan, then) == expected


@pytest.mark.parametrize(("before", "steps", "after", "expected"), [
    pytest.param("s > A > B > e", "A", "s > A > C > e", [("needs mapping", "B")], id="the open step is not there"),
    pytest.param("s > p1 > A > p2 > e; p1 > B > p2", "A", "s > p1 > X > p2 > e; p1 > B > p2", [("needs mapping", "p2")],
                 id="a token came by a flow that is not there"),
    pytest.param("s > A > e", "", "s > W > e", [("needs mapping", "A")], id="nothing of that name at all"),
])  # fmt: skip
def test_what_needs_a_map_says_so(before: str, steps: str, after: str, expected: list[tuple[str, str]]):
    assert problems(draw(before), steps, draw(after)) == expected


@pytest.mark.parametrize(("before", "after", "plan"), [
    pytest.param(draw("s > A > e"), draw("s > A > e", A=task()), Plan(), id="another kind of element"),
    pytest.param(draw("s > A > e"), draw("s > A > e", A=user(multi("2"))), Plan(), id="several instances of it"),
    pytest.param(draw("s > A > e"), draw("s > W > e", W=sub("s1 > A > e1")), Plan(), id="in a sub-process now"),
    pytest.param(draw(THREE), draw(FOUR), Plan(spawn=(Spawn("D", ("E",)),)), id="begun beside what is not open"),
    pytest.param(draw(THREE), draw(FOUR), Plan(spawn=(Spawn("Q", ("A",)),)), id="begun what is not there"),
    pytest.param(draw("s > A > e"), draw("s > B > e"), Plan(cancel=("A",)), id="nothing would be left"),
])  # fmt: skip
def test_what_cannot_be(before: bytes, after: bytes, plan: Plan):
    """Refused with the reason; the state is untouched."""
    instance = play(before).instances[0]
    found = migrating.check(instance.model, engine.compiled(loaded(after)), instance.state, plan)
    assert {problem.kind for problem in found} == {"refused"}
    rehearsal = play(before)
    kept = rehearsal.instances[0].state
    with pytest.raises(engine.Refused):
        rehearsal.migrate(rehearsal.instances[0], loaded(after), plan)
    assert rehearsal.instances[0].state == kept


@pytest.mark.parametrize(("before", "steps", "after", "then", "expected"), [
    pytest.param(draw("s > A > e"), "", draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"))), "+PT2H", "s b ~A e2 .",
                 id="a new boundary timer is armed"),
    pytest.param(draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"))), "", draw("s > A > e"), "+PT2H A", "s A e .",
                 id="a timer that is gone does not fire"),
    pytest.param(draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"))), "+PT30M",
                 draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"))), "+PT30M", "s b ~A e2 .", id="a kept timer keeps its time"),
    pytest.param(draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"), interrupting=False)), "+PT1H",
                 draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"), interrupting=False)), "+PT9H A", "s b e2 A e .",
                 id="what has fired does not fire again"),
    pytest.param(draw("s > A > e; b > e2", b=boundary("A", message("m"))), "", draw("s > A > e; b > e2", b=boundary("A", timer("PT1H"))),
                 "!m +PT1H", "s b ~A e2 .", id="an event that became another kind is armed as what it is now"),
    pytest.param(draw("s > A > e"), "", draw("s > A > e; ev", ev=event_sub("s9 > e9", s9=start(message("m"), interrupting=False))),
                 "!m A", "s s9 e9 ev A e .", id="a new event sub-process listens"),
    pytest.param(draw("s > c > e", c=catch(message("m"))), "", draw("s > c > A > e", c=catch(message("m"))), "!m A", "s c A e .",
                 id="a waiting catch event goes on waiting"),
    pytest.param(draw("s > W > e", W=sub("s1 > A > B > e1")), "A", draw("s > W > C > e", W=sub("s1 > A > B > e1")), "B C",
                 "s s1 A B e1 W C e .", id="inside a sub-process"),
    pytest.param(draw("s > A > e", A=user(multi("3"))), "A", draw("s > A > B > e", A=user(multi("3"))), "A A B", "s A A A A B e .",
                 id="several instances under way"),
    pytest.param(draw("s > A > B > e", cA=boundary("A", compensation()), uA=handler(task()), aA=undoes("cA", "uA")), "A",
                 draw("s > A > B > th > e", cA=boundary("A", compensation()), uA=handler(task()), aA=undoes("cA", "uA"),
                      th=throw(compensation())), "B", "s A B th uA e .", id="what was done can be undone later"),
])  # fmt: skip
def test_events_and_scopes(before: bytes, steps: str, after: bytes, then: str, expected: str):
    assert moved(before, steps, after, None, then) == expected


def test_what_waits_to_be_undone_gets_its_new_names():
    """While one handler is under way, the records behind it are renamed to their innermost."""

    def version(a: str) -> bytes:
        return draw("s > W > D > th > e", W=sub(f"s1 > {a} > e1; ev", ev=event_sub(
            "s9 > t9 > e9", s9=start(compensation()), t9=throw(compensation()))), cD=boundary("D", compensation()),
            uD=handler(user()), aD=undoes("cD", "uD"), th=throw(compensation()),
            **{f"c{a}": boundary(a, compensation()), f"u{a}": handler(task()), f"a{a}": undoes(f"c{a}", f"u{a}")})  # fmt: skip

    plan = Plan({"A": "N", "cA": "cN", "uA": "uN"})
    assert moved(version("A"), "A D", version("A"), None, "uD") == "s s1 A e1 W D th uD s9 t9 uA e9 ev e ."
    assert moved(version("A"), "A D", version("N"), plan, "uD") == "s s1 A e1 W D th uD s9 t9 uN e9 ev e ."


def test_what_can_no_longer_be_undone_needs_a_word():
    """A handler that the new version lacks is named, whether it waits for its turn or only might be asked."""
    undo = {"cA": boundary("A", compensation()), "uA": handler(task()), "aA": undoes("cA", "uA")}
    before = draw("s > A > B > th > e", **undo, th=throw(compensation()))
    after = draw("s > A > B > th > e", th=throw(compensation()))
    rehearsal = play(before, "A")
    with pytest.raises(engine.Refused, match=r"uA.*补偿"):
        rehearsal.migrate(rehearsal.instances[0], loaded(after))


def test_who_did_what_is_kept():
    """Separation of duties survives the migration, also under another name."""
    rehearsal = play(draw("s > A > B > e"))
    rehearsal.complete("A", by="7")
    after = draw("s > A1 > B > e", B=user(notSameAs="A1"))
    rehearsal.migrate(rehearsal.instances[0], loaded(after), Plan({"A": "A1"}))
    do(rehearsal, "B<A1")
    rehearsal.complete("A1", by="7")
    assert rehearsal.find("B")[1].excluded == ("7",)


@settings(max_examples=80, deadline=None)
@given(blocks(), st.data(), st.integers(0, 10))
def test_a_version_with_all_other_names_goes_on_alike(block: Block, data: st.DataObject, steps: int):
    """Every element and flow renamed and mapped, at any moment: what follows is the same, by the new names."""
    old = Drawing(block)
    names = {key: f"N{key}" for key in [*bpmn.load(old.xml).nodes, *bpmn.load(old.xml).flows]}
    xml = old.xml
    for key in sorted(names, key=len, reverse=True):
        for attribute in ("id", "sourceRef", "targetRef", "default", "name"):
            xml = xml.replace(f'{attribute}="{key}"'.encode(), f'{attribute}="{names[key]}"'.encode())
    stay, move = Rehearsal({"p": bpmn.load(old.xml)}, now=NOW), Rehearsal({"p": bpmn.load(old.xml)}, now=NOW)
    stay.start()
    move.start()
    for number in range(300):
        if number == steps and move.instances[0].status == "running":
            move.migrate(move.instances[0], bpmn.load(xml), Plan(names, names))
            sound(move.instances[0])
        open_ = sorted(stay.instances[0].tasks)
        assert sorted(move.instances[0].tasks) == open_
        if not open_:
            break
        task_ = data.draw(st.sampled_from(open_))
        for one in (stay, move):
            one.feed(one.instances[0], engine.Complete(task_, "7"))
    assert stay.instances[0].status == move.instances[0].status == "completed"
