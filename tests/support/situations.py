"""Where a construct may stand: each situation builds a model around a fragment and says what must happen in it."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from fragments import Fragment
from playing import do, play, told, trace
from sketch import boundary, call, draw, event_sub, message, multi, script, start, sub

from yipan.kernel import engine
from yipan.kernel.clock.calendar import Calendar
from yipan.kernel.engine.rehearsal import Rehearsal


@dataclass(frozen=True)
class Situation:
    """``models``: the process first; ``proves`` plays them and fails when something else happened."""

    title: str
    models: Callable[[Fragment], dict[str, bytes]]
    proves: Callable[[Fragment, dict[str, bytes], Calendar], None]


def _played(models: Mapping[str, bytes], script_: str, calendar: Calendar) -> Rehearsal:
    main, *_ = models.values()
    return play(main, script_, calls={k: v for k, v in models.items() if k != "p"}, calendar=calendar)


def _around(f: Fragment, before: str, after: str) -> str:
    return f"{before} > {f.entry}; {f.body}; {f.exit} > {after}"


def _drawn(f: Fragment, text: str, **elements: str) -> dict[str, bytes]:
    return {"p": draw(text, **f.elements, **elements), **f.calls}


def _held(f: Fragment, build: Callable[..., str] = sub, within: str = "", **elements: str) -> str:
    more = {"within": within} if within else {}
    return build(_around(f, "s1", "e1"), **more, **f.elements, **elements)


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _exactly(script_: Callable[[Fragment], str], expected: Callable[[Fragment], str]):
    def proves(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
        assert trace(_played(models, script_(f), calendar)) == expected(f)

    return proves


def _instances_at_once(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
    everybody = ("!", "^", "+")
    script_ = _words(*(w if w.startswith(everybody) else f"{w} {w}" for w in f.script.split()))
    happened = Counter(trace(_played(models, script_, calendar)).split())
    assert happened == Counter(_words("s", f.told, f.told, "s1 s1 e1 e1 W W W e .").split())


def _interrupted(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
    happened = trace(_played(models, "!halt", calendar)).split()
    assert happened[-2:] == ["e2", "."]
    assert "~W" in happened
    assert "Z" not in happened
    assert "bb" in happened


def _called(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
    rehearsal = _played(models, f.script, calendar)
    parent, child, *_ = rehearsal.instances
    assert told(parent) == "s C e ."
    assert told(child) == _words("s", f.told, "e .")


def _terminated(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
    rehearsal = _played(models, "terminate", calendar)
    assert trace(rehearsal).endswith(" X")
    assert not any(instance.status == "running" for instance in rehearsal.instances)


def _suspended(f: Fragment, models: dict[str, bytes], calendar: Calendar) -> None:
    rehearsal = _played(models, "suspend", calendar)
    before = trace(rehearsal)
    word = _words(f.script, "Z").split()[0]
    for first in [word] if word[0] not in "K#" else []:  # a child goes on, and a service that was called answers
        with suppress(engine.Refused):  # a message finds nobody, a task is refused: nothing happens either way
            do(rehearsal, first)
        assert trace(rehearsal) == before
    for step in _words("resume", f.script, "Z").split():
        do(rehearsal, step)
    assert trace(rehearsal) == _words("s", f.told, "Z e .")


NEXT_ROUND = "if rounds = null then 1 else rounds + 1"
SITUATIONS = (
    Situation(
        "alone",
        lambda f: _drawn(f, _around(f, "s", "e")),
        _exactly(lambda f: f.script, lambda f: _words("s", f.told, "e .")),
    ),
    Situation(
        "beside another branch",
        lambda f: _drawn(f, _around(f, "s > p1", "p2 > e") + "; p1 > Z > p2"),
        _exactly(lambda f: _words(f.script, "Z"), lambda f: _words("s p1", f.told, "Z p2 e .")),
    ),
    Situation(
        "in a sub-process",
        lambda f: {"p": draw("s > W > e", W=_held(f)), **f.calls},
        _exactly(lambda f: f.script, lambda f: _words("s s1", f.told, "e1 W e .")),
    ),
    Situation(
        "in a transaction",
        lambda f: {"p": draw("s > W > e", W=_held(f).replace("subProcess", "transaction", 1)[::-1]
                             .replace("subProcess"[::-1], "transaction"[::-1], 1)[::-1]), **f.calls},
        _exactly(lambda f: f.script, lambda f: _words("s s1", f.told, "e1 W e .")),
    ),
    Situation(
        "in an event sub-process",
        lambda f: {
            "p": draw("s > Z > e; W", W=_held(f, event_sub, s1=start(message("go"), interrupting=False))), **f.calls
        },
        _exactly(lambda f: _words("!go", f.script, "Z"), lambda f: _words("s s1", f.told, "e1 W Z e .")),
    ),
    Situation(
        "several in turn",
        lambda f: {"p": draw("s > W > e", W=_held(f, within=multi("2", sequential=True))), **f.calls},
        _exactly(
            lambda f: _words(f.script, f.script),
            lambda f: _words("s s1", f.told, "e1 W s1", f.told, "e1 W W e ."),
        ),
    ),
    Situation(
        "several at once",
        lambda f: {"p": draw("s > W > e", W=_held(f, within=multi("2"))), **f.calls},
        _instances_at_once,
    ),
    Situation(
        "in a cycle of flows",
        lambda f: _drawn(
            f, _around(f, "s > x1", "c1 > x2") + "; x2 >[rounds < 2] x1; x2 >* e", c1=script("rounds", NEXT_ROUND)
        ),
        _exactly(
            lambda f: _words(f.script, f.script),
            lambda f: _words("s x1", f.told, "c1 x2 x1", f.told, "c1 x2 e ."),
        ),
    ),
    Situation(
        "interrupted from outside",
        lambda f: {
            "p": draw("s > W > e; bb > e2", W=sub(_around(f, "s1", "Z > e1"), **f.elements),
                      bb=boundary("W", message("halt"))), **f.calls,
        },
        _interrupted,
    ),
    Situation(
        "in a called process",
        lambda f: {"p": draw("s > C > e", C=call("inner")), "inner": _drawn(f, _around(f, "s", "e"))["p"], **f.calls},
        _called,
    ),
    Situation(
        "terminated by an administrator",
        lambda f: _drawn(f, _around(f, "s", "Z > e")),
        _terminated,
    ),
    Situation(
        "suspended and resumed",
        lambda f: _drawn(f, _around(f, "s", "Z > e")),
        _suspended,
    ),
    Situation(
        "once more after a return",
        lambda f: _drawn(f, _around(f, "s > Y", "Z > e")),
        _exactly(
            lambda f: _words("Y", f.script, "Z<Y Y", f.script, "Z"),
            lambda f: _words("s Y", f.told, "<Z Y", f.told, "Z e ."),
        ),
    ),
)  # fmt: skip
