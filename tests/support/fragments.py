"""Every construct as a piece of a model with one entry and one exit, and what it does by itself.

``body`` are chains of ``sketch.draw``: its first name is the entry, its last the exit. ``script`` drives it from entry to
exit (``playing``), ``told`` is what happens meanwhile, as BPMN 2.0.2 has it (section beside each).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sketch import (
    CANCEL,
    TERMINATE,
    boundary,
    call,
    catch,
    compensation,
    conditional,
    draw,
    end,
    error,
    escalation,
    event_sub,
    handler,
    link,
    loop,
    message,
    multi,
    receive,
    rule,
    script,
    send,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    transaction,
    undoes,
    user,
)  # fmt: skip


@dataclass(frozen=True)
class Fragment:
    section: str
    body: str
    script: str = ""
    told: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def entry(self) -> str:
        return self.body.split()[0].rstrip(";")

    @property
    def exit(self) -> str:
        return self.body.split()[-1]


def of(section: str, body: str, script: str = "", told: str = "", calls: Mapping[str, bytes] | None = None,
       **elements: str) -> Fragment:  # fmt: skip
    return Fragment(section, body, script, told, elements, calls or {})


CHILD = {"child": draw("s > K > e")}
FAILS = {"child": draw("s > e", e=end(error("E1")))}
UNDO = {"cb": boundary("A", compensation()), "H": handler(task()), "as": undoes("cb", "H")}
SIGNED = {"signers": '["1", "2", "3"]', "outcomes": "agree disagree"}

ACTIVITIES = {
    "task": of("13.3.1", "t", "", "t", t=task()),
    "manual task": of("13.3.3", "t", "", "t", t=task(tag="manualTask")),
    "user task": of("13.3.3", "A", "A", "A"),
    "user task of all signers": of("13.3.3", "A", "A=agree A=agree A=agree", "A", A=user(signOff="all", **SIGNED)),
    "user task of any signer": of("13.3.3", "A", "A=agree", "A", A=user(signOff="any", **SIGNED)),
    "user task of two thirds": of("13.3.3", "A", "A=agree A=agree", "A", A=user(signOff="ratio", ratio="2/3", **SIGNED)),
    "user task of signers in turn": of(
        "13.3.3", "A", "A=agree A=agree A=agree", "A", A=user(signOff="sequential", **SIGNED)
    ),
    "user task with an act": of("13.3.3", "A", "A=ok", "A", A=user(act="accept", outcomes="ok")),
    "service task": of("13.3.3", "t", "#t", "t", t=service()),
    "script task": of("13.3.3", "t", "", "t", t=script("sum", "1 + 1")),
    "business rule task": of("13.3.3", "t", "", "t", t=rule("doubling")),
    "send task": of("13.3.3", "t", "", "t", t=send("out")),
    "receive task": of("13.3.3", "t", "!in", "t", t=receive("in")),
    "call activity": of("13.3.4", "t", "K", "t", CHILD, t=call("child")),
    "sub-process": of("13.3.4", "t", "A", "s8 A e8 t", t=sub("s8 > A > e8")),
    "sub-process without start": of("13.3.4", "t", "A B", "A B t", t=sub("A > B")),
    "nested sub-process": of("13.3.4", "t", "A", "s8 s9 A e9 u e8 t", t=sub("s8 > u > e8", u=sub("s9 > A > e9"))),
    "transaction": of("13.3.4, 10.3.5", "t", "A", "s8 A e8 t", t=transaction("s8 > A > e8")),
    "loop": of("13.3.6", "A", "A A A", "A", A=user(loop("", maximum=3))),
    "loop tested before": of("13.3.6", "A", "", "A", A=user(loop("1 > 2", before=True))),
    "loop on a sub-process": of(
        "13.3.6", "t", "A A", "s8 A e8 s8 A e8 t", t=sub("s8 > A > e8", within=loop("", maximum=2))
    ),
    "instances in turn": of("13.3.7", "A", "A A", "A A A", A=user(multi("2", sequential=True))),
    "instances at once": of("13.3.7", "A", "A A", "A A A", A=user(multi("2"))),
    "instances of a list": of("13.3.7", "A", "A A", "A A A", A=user(multi('["x", "y"]', "one"))),
    "no instances": of("13.3.7", "A", "", "A", A=user(multi("[]", "one"))),
    "instances until a condition": of(
        "13.3.7", "A", "A", "A ~A ~A A", A=user(multi("3", completion="nrOfCompletedInstances >= 1"))
    ),
    "instances of a service": of("13.3.7", "t", "#t #t", "t t t", t=service(within=multi("2"))),
    "instances of a call": of("13.3.7", "t", "K K", "t t t", CHILD, t=call("child", within=multi("2"))),
    "compensated task": of("13.5.5", "A > th", "A", "A th H", th=throw(compensation("A")), **UNDO),
    "compensated by a person": of(
        "13.5.5", "A > th", "A H", "A th H", th=throw(compensation("A")), **{**UNDO, "H": handler(user())}
    ),
    "compensated sub-process": of(
        "13.5.5", "t > th", "A", "s8 A e8 t th H", t=sub("s8 > A > e8", **UNDO), th=throw(compensation("t"))
    ),
}  # fmt: skip

GATEWAYS = {
    "exclusive gateway": of(
        "13.4.2", "x7 >[1 = 1] t7 > x8; x7 >* t9 > x8", "", "x7 t7 x8", t7=task(), t9=task()
    ),
    "exclusive gateway, default": of(
        "13.4.2", "x7 >[1 = 2] t7 > x8; x7 >* t9 > x8", "", "x7 t9 x8", t7=task(), t9=task()
    ),
    "parallel gateway": of("13.4.1", "p7 > A > p8; p7 > B > p8", "B A", "p7 B A p8"),
    "inclusive gateway, both": of(
        "13.4.3", "o7 >[1 = 1] A > o8; o7 >[2 = 2] B > o8; o7 >* t9 > o8", "A B", "o7 A B o8", t9=task()
    ),
    "inclusive gateway, one": of(
        "13.4.3", "o7 >[1 = 1] A > o8; o7 >[1 = 2] B > o8; o7 >* t9 > o8", "A", "o7 A o8", t9=task()
    ),
    "inclusive gateway, default": of(
        "13.4.3", "o7 >[1 = 2] A > o8; o7 >* t9 > o8", "", "o7 t9 o8", t9=task()
    ),
    "event-based gateway, message": of(
        "13.4.4", "v7 > c7 > x8; v7 > c9 > x8", "!in", "v7 c7 x8", c7=catch(message("in")), c9=catch(timer("PT1H"))
    ),
    "event-based gateway, timer": of(
        "13.4.4", "v7 > c7 > x8; v7 > c9 > x8", "+PT1H", "v7 c9 x8", c7=catch(message("in")), c9=catch(timer("PT1H"))
    ),
    "event-based gateway, receive task": of(
        "13.4.4", "v7 > c7 > x8; v7 > c9 > x8", "!in", "v7 c7 x8", c7=receive("in"), c9=catch(signal("no"))
    ),
    "conditional flow from an activity": of(
        "13.2.1", "A >[1 = 1] t7 > o8; A >[2 = 2] t9 > o8; A >* t6 > o8", "A", "A t7 t9 o8",
        t7=task(), t9=task(), t6=task(),
    ),
    "default flow from an activity": of("13.2.1", "A >[1 = 2] t7 > x8; A >* t9 > x8", "A", "A t9 x8", t7=task(), t9=task()),
}  # fmt: skip

EVENTS = {
    "message catch event": of("13.5.3", "c", "!in", "c", c=catch(message("in"))),
    "timer catch event, duration": of("13.5.3", "c", "+PT1H", "c", c=catch(timer("PT1H"))),
    "timer catch event, date": of("13.5.3", "c", "+PT5H", "c", c=catch(timer("2021-11-01T12:00:00"))),
    "timer catch event, working days": of("13.5.3", "c", "+P5D", "c", c=catch(timer("P1WD"))),
    "signal catch event": of("13.5.3", "c", "^go", "c", c=catch(signal("go"))),
    "conditional catch event": of("13.5.3", "c", "", "c", c=catch(conditional("1 = 1"))),
    "conditional catch event, later": of(
        "13.5.3", "t > p7 > c > p8; p7 > A > p8", "A{k:5}", "t p7 A c p8", t=script("k", "0"),
        c=catch(conditional("k > 3")),
    ),
    "link": of("10.5.5", "la; lb", "", "la lb", la=throw(link("L")), lb=catch(link("L"))),
    "none throw event": of("13.5.4", "th", "", "th", th=throw()),
    "message throw event": of("13.5.4", "th", "", "th", th=throw(message("out"))),
    "signal throw event": of("13.5.4", "th", "", "th", th=throw(signal("out"))),
    "escalation throw event": of("13.5.4", "th", "", "th", th=throw(escalation("U"))),
    "message end event": of("13.5.6", "t", "", "s8 e8 t", t=sub("s8 > e8", e8=end(message("out")))),
    "signal end event": of("13.5.6", "t", "", "s8 e8 t", t=sub("s8 > e8", e8=end(signal("out")))),
    "terminate end event": of(
        "13.5.6", "t", "B", "s8 p8 B e8 ~A t", t=sub("s8 > p8 > A > e7; p8 > B > e8", e8=end(TERMINATE))
    ),
    "error end event": of(
        "13.5.6", "t > x8; b > x8", "", "s8 e8 b ~t x8", t=sub("s8 > e8", e8=end(error("E"))), b=boundary("t", error("E"))
    ),
    "escalation end event": of(
        "13.5.6", "t; b > e9; t > x8", "", "s8 e8 b e9 t x8", t=sub("s8 > e8", e8=end(escalation("U"))),
        b=boundary("t", escalation("U"), interrupting=False),
    ),
    "compensation end event": of(
        "13.5.6", "t", "A", "s8 A e8 H t", t=sub("s8 > A > e8", e8=end(compensation()), **UNDO)
    ),
    "cancel end event": of(
        "13.5.6, 10.3.5", "t > x8; b > x8", "A", "s8 A e8 H ~t b x8",
        t=transaction("s8 > A > e8", e8=end(CANCEL), **UNDO), b=boundary("t", CANCEL),
    ),
}  # fmt: skip


def _interrupts(definition: str, script_: str) -> Fragment:
    return of("13.5.3", "A > x8; b > x8", script_, "b ~A x8", b=boundary("A", definition))


def _beside(definition: str, script_: str) -> Fragment:
    return of(
        "13.5.3", "A; b > e9; A > x8", f"{script_} A", "b e9 A x8", b=boundary("A", definition, interrupting=False)
    )


BOUNDARY_EVENTS = {
    "message boundary event": _interrupts(message("in"), "!in"),
    "timer boundary event": _interrupts(timer("PT1H"), "+PT1H"),
    "working-day boundary event": _interrupts(timer("P1WD"), "+P5D"),
    "signal boundary event": _interrupts(signal("go"), "^go"),
    "conditional boundary event": _interrupts(conditional("1 = 1"), ""),
    "message boundary event beside": _beside(message("in"), "!in"),
    "timer boundary event beside": _beside(timer("PT1H"), "+PT1H"),
    "signal boundary event beside": _beside(signal("go"), "^go"),
    "conditional boundary event beside": _beside(conditional("1 = 1"), ""),
    "cycle boundary event beside": of(
        "13.5.3", "A; b > e9; A > x8", "+PT3H A", "b e9 b e9 A x8",
        b=boundary("A", timer("R2/PT1H"), interrupting=False),
    ),
    "error boundary event of a service": of(
        "13.5.3", "t > x8; b > x8", "#t/E1", "b ~t x8", t=service(), b=boundary("t", error("E1"))
    ),
    "error boundary event of a call": of(
        "13.5.3", "t > x8; b > x8", "", "b ~t x8", FAILS, t=call("child"), b=boundary("t", error("E1"))
    ),
    "escalation boundary event": of(
        "13.5.3", "t > x8; b > x8", "", "s8 th b ~t x8", t=sub("s8 > th > A > e8", th=throw(escalation("U"))),
        b=boundary("t", escalation("U")),
    ),
    "boundary event unused": of("13.5.3", "A > x8; b > x8", "A", "A x8", b=boundary("A", timer("PT1H"))),
}  # fmt: skip


def _takes_over(definition: str, script_: str, told: str = "s8 ~A s9 e9 ev t") -> Fragment:
    ev = event_sub("s9 > e9", s9=start(definition))
    return of("13.5.4", "t", script_, told, t=sub("s8 > A > e8; ev", ev=ev))


def _joins_in(definition: str, script_: str) -> Fragment:
    ev = event_sub("s9 > e9", s9=start(definition, interrupting=False))
    return of("13.5.4", "t", f"{script_} A", "s8 s9 e9 ev A e8 t", t=sub("s8 > A > e8; ev", ev=ev))


EVENT_SUBPROCESSES = {
    "message event sub-process": _takes_over(message("in"), "!in"),
    "timer event sub-process": _takes_over(timer("PT1H"), "+PT1H"),
    "signal event sub-process": _takes_over(signal("go"), "^go"),
    "conditional event sub-process": _takes_over(conditional("1 = 1"), ""),
    "message event sub-process beside": _joins_in(message("in"), "!in"),
    "timer event sub-process beside": _joins_in(timer("PT1H"), "+PT1H"),
    "signal event sub-process beside": _joins_in(signal("go"), "^go"),
    "conditional event sub-process beside": _joins_in(conditional("1 = 1"), ""),
    "error event sub-process": of(
        "13.5.4", "t", "", "s8 e8 s9 e9 ev t",
        t=sub("s8 > e8; ev", e8=end(error("E")), ev=event_sub("s9 > e9", s9=start(error("E")))),
    ),
    "escalation event sub-process": of(
        "13.5.4", "t", "", "s8 th s9 e9 ev t",
        t=sub("s8 > th > A > e8; ev", th=throw(escalation("U")), ev=event_sub("s9 > e9", s9=start(escalation("U")))),
    ),
    "escalation event sub-process beside": of(
        "13.5.4", "t", "A", "s8 th s9 e9 ev A e8 t",
        t=sub(
            "s8 > th > A > e8; ev", th=throw(escalation("U")),
            ev=event_sub("s9 > e9", s9=start(escalation("U"), interrupting=False)),
        ),
    ),
}  # fmt: skip
ALL: dict[str, Fragment] = {**ACTIVITIES, **GATEWAYS, **EVENTS, **BOUNDARY_EVENTS, **EVENT_SUBPROCESSES}
