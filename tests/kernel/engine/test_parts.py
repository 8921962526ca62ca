"""Very many parallel instances, each an instance of its own, do exactly what they do in one state (13.3.7)."""

import json
from collections import Counter
from pathlib import Path

import fragments
import pytest
from playing import MARKS, play
from sketch import TERMINATE, boundary, draw, end, error, message, multi, script, service, sub, timer, user

import yipan
from yipan.kernel import clock, engine
from yipan.kernel.engine import activities
from yipan.kernel.engine import effects as fx
from yipan.kernel.engine.rehearsal import Rehearsal

CALENDAR = clock.read_calendar(sorted((Path(yipan.__file__).parent / "packs").glob("core/calendars/*.yaml")))


def happened(rehearsal: Rehearsal) -> Counter[str]:
    """Everything that happened anywhere, in whatever order, and what stands open."""
    words = Counter(
        MARKS[effect.lifecycle] + effect.element
        for instance in rehearsal.instances for effect in instance.effects
        if isinstance(effect, fx.Log) and effect.lifecycle in MARKS
    )  # fmt: skip
    words.update(f"|{task.element}" for instance in rehearsal.instances for task in instance.tasks.values())
    return words


def both(monkeypatch, xml: bytes, steps: str, **data) -> tuple[Rehearsal, Rehearsal]:
    """In one state, and as instances of their own."""
    monkeypatch.setattr(activities, "MANY", 200)
    together = play(xml, steps, **data)
    assert len(together.instances) == 1
    monkeypatch.setattr(activities, "MANY", 1)
    apart = play(xml, steps, **data)
    return together, apart


def same(monkeypatch, xml: bytes, steps: str, **data) -> Rehearsal:
    together, apart = both(monkeypatch, xml, steps, **data)
    assert len(apart.instances) > 1
    assert happened(apart) == happened(together)
    first, other = together.instances[0], apart.instances[0]
    assert (first.status, first.data) == (other.status, other.data)
    return apart


E1 = end(error("E1"))


@pytest.mark.parametrize(("drawn", "elements", "steps", "data"), [
    pytest.param("s > A > B > e", {"A": user(multi("3"))}, "A A A B", {}, id="tasks"),
    pytest.param("s > A > B > e", {"A": user(multi("3"))}, "A", {}, id="two of them open"),
    pytest.param("s > A > e", {"A": user(multi("list", "one", output="one * 2", into="all"))}, "A A A", {"list": [1, 2, 3]}, id="results in order"),
    pytest.param("s > A > e", {"A": user(multi("list", "one"))}, "A{one:9} A", {"list": [1, 2]}, id="what one writes stays its own"),
    pytest.param("s > A > B > e", {"A": user(multi("4", completion="nrOfCompletedInstances = 2"))}, "A A", {}, id="enough of them"),
    pytest.param("s > A > B > e", {"A": user(multi("4", completion="answer"))}, "A{answer:false} A{answer:true}", {}, id="one is enough"),
    pytest.param("s > A > e; b > B > e2", {"A": user(multi("3")), "b": boundary("A", message("m"))}, "A !m B", {}, id="interrupted"),
    pytest.param("s > A > e; b > B > e2", {"A": user(multi("3")), "b": boundary("A", timer("PT2H"))}, "A +PT3H B", {}, id="overtaken by time"),
    pytest.param("s > A > e; b > B > e2", {"A": user(multi("2")), "b": boundary("A", message("m"), interrupting=False)}, "A !m A B", {}, id="a message beside"),
    pytest.param("s > W > e; b > B > e3", {"W": sub("s1 > A > x1; x1 >[A] e1; x1 >* e2", within=multi("3"), e2=E1), "b": boundary("W", error("E1"))}, "A{A:true} A{A:false} B", {}, id="an error of one ends all"),
    pytest.param("s > W > e", {"W": sub("s1 > A > e1", within=multi("3"), e1=E1)}, "A", {}, id="an error that nobody catches"),
    pytest.param("s > W > e; b > B > e2", {"W": sub("s1 > t > e1", within=multi("2"), t=service()), "b": boundary("W", error("E1"))}, "#t #t/E1 B", {}, id="a service that fails"),
    pytest.param("s > t > e; b > B > e2", {"t": service(within=multi("2")), "b": boundary("t", error("E1"))}, "#t #t/E1 B", {}, id="one of the services fails"),
    pytest.param("s > W > e", {"W": sub("s1 > A > e1", within=multi("2"), e1=end(TERMINATE))}, "A A", {}, id="each ends by itself"),
    pytest.param("s > W > e", {"W": sub("s1 > B > C > e1", within=multi("2"))}, "B B C<B C B C", {}, id="a return inside"),
    pytest.param("s > U > e", {"U": sub("s2 > A > W > e2", W=sub("s1 > B > e1", within=multi("2")))}, "A B B", {}, id="inside a sub-process"),
    pytest.param("s > W > e", {"W": sub("s1 > A > e1", within=multi("3"), A=user(multi("2")))}, "A A A A A A", {}, id="instances of instances"),
    pytest.param("s > A > e; s > B > e", {"A": user(multi("2"))}, "B A A", {}, id="beside another branch"),
    pytest.param("s > A > y > e", {"A": user(multi("list", "one", output="one", into="all")), "y": script("count(all)", "n")}, "A A", {"list": ["x", "y"]}, id="counted afterwards"),
])  # fmt: skip
def test_apart_as_together(drawn, elements, steps, data, monkeypatch):
    same(monkeypatch, draw(drawn, **elements), steps, **data)


@pytest.mark.parametrize("construct", fragments.ALL)
def test_every_construct_in_an_instance_of_its_own(construct, monkeypatch):
    """A sub-process around each construct, twice at once; what tells the sub-process something stays in one state."""
    f = fragments.ALL[construct]
    inside = sub(f"s1 > {f.entry}; {f.body}; {f.exit} > e1", within=multi("2"), **f.elements)
    everybody = ("!", "^", "+")
    steps = " ".join(w if w.startswith(everybody) else f"{w} {w}" for w in f.script.split())
    models = {"calls": f.calls} if f.calls else {}
    monkeypatch.setattr(activities, "MANY", 200)
    together = play(draw("s > W > e", W=inside), steps, calendar=CALENDAR, **models)
    monkeypatch.setattr(activities, "MANY", 1)
    apart = play(draw("s > W > e", W=inside), steps, calendar=CALENDAR, **models)
    assert happened(apart) == happened(together)
    assert together.instances[0].status == apart.instances[0].status == "completed"


def test_separation_of_duties_reaches_into_the_parts_and_out_again(monkeypatch):
    """Who examined outside may not decide inside; who decided inside may not review outside."""
    drawn = draw("s > A > W > B > e", W=sub("s1 > C > e1", within=multi("2"), C=user(notSameAs="A")),
                 B=user(notSameAs="C"))  # fmt: skip
    monkeypatch.setattr(activities, "MANY", 1)
    rehearsal = play(drawn, "A")
    for instance, by in zip(rehearsal.instances[1:], ("8", "9"), strict=True):
        (task,) = instance.tasks
        with pytest.raises(engine.Refused, match="不相容"):
            rehearsal.feed(instance, engine.Complete(task, "7"))
        rehearsal.feed(instance, engine.Complete(task, by))
    (review,) = rehearsal.instances[0].tasks
    for by in ("8", "9"):
        with pytest.raises(engine.Refused, match="不相容"):
            rehearsal.feed(rehearsal.instances[0], engine.Complete(review, by))
    rehearsal.complete("B", by="7")
    assert rehearsal.instances[0].status == "completed"


def test_the_parent_stays_small():
    """A thousand instances: the state of the whole holds a counter, not a thousand of anything."""
    rehearsal = play(draw("s > W > e", W=sub("s1 > A > B > e1", within=multi("1000"))))
    whole, *parts = rehearsal.instances
    assert len(parts) == 1000
    assert len(json.dumps(whole.state)) < 1000
    assert max(len(json.dumps(part.state)) for part in parts) < 1500
    for element in ("A", "B"):
        for part in parts:
            (task,) = part.tasks
            assert part.tasks[task].element == element
            rehearsal.feed(part, engine.Complete(task, "7"))
    assert whole.status == "completed"


def test_parts_move_to_another_version():
    """Each part by itself; what hangs on the whole hangs on its parent."""
    old = draw("s > W > e", W=sub("s1 > A > e1", within=multi("201")))
    new = draw("s > W > e; b > C > e2", W=sub("s1 > A > B > e1", within=multi("201")), b=boundary("W", message("m")))
    rehearsal = play(old)
    for instance in list(rehearsal.instances):
        rehearsal.migrate(instance, rehearsal_model(new))
    assert [len(instance.subscriptions) for instance in rehearsal.instances] == [1] + [0] * 201
    for element in ("A", "B"):
        rehearsal.complete(element)
    assert rehearsal.instances[1].status == "completed"
    rehearsal.message("m")
    assert {instance.status for instance in rehearsal.instances[2:]} == {"terminated"}
    assert rehearsal.instances[0].open_elements == ["C"]


def rehearsal_model(xml: bytes):
    from sketch import loaded

    return loaded(xml)


def test_one_of_several_does_not_jump():
    """An administrator may not send one of several instances to where the whole is."""
    rehearsal = play(draw("s > A > B > e", A=user(multi("2"))))
    (first, *_) = rehearsal.instances[0].tasks
    with pytest.raises(engine.Refused, match="实例"):
        rehearsal.feed(rehearsal.instances[0], engine.Control("jump", "1", "试", first, "B"))
