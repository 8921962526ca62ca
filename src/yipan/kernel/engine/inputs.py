"""What can happen to an instance: the events that `step` takes. All values are plain; persons are text ids."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

Data = Mapping[str, Any]


class Start(NamedTuple):
    """A new instance. ``element``: the start event ("" for the none start event); ``keep``: variables a calling
    process reads at the end; ``by``: the person it is started for."""

    data: Data = {}
    by: str = ""
    business_key: str = ""
    element: str = ""
    keep: tuple[str, ...] = ()


class Begin(NamedTuple):
    """A part of very many parallel instances begins: the first event of the state that came with it."""


class Complete(NamedTuple):
    """A task is done. ``by`` acts, ``on_behalf`` is whom he stands in for (deputy)."""

    task: str
    by: str = ""
    outcome: str = ""
    data: Data = {}
    on_behalf: str = ""


class Move(NamedTuple):
    """A move on a task; see ``moves.TABLE`` for the names. ``to``: persons; ``element``: target of a return."""

    task: str
    move: str
    by: str = ""
    to: tuple[str, ...] = ()
    element: str = ""
    then: str = "forward"
    on_behalf: str = ""
    reason: str = ""
    admin: bool = False


class Control(NamedTuple):
    """suspend | resume | terminate | jump (``task`` is taken away and ``element`` entered, with a reason)."""

    action: str
    by: str = ""
    reason: str = ""
    task: str = ""
    element: str = ""


class Fire(NamedTuple):
    """A timer is due."""

    timer: str


class Receive(NamedTuple):
    """A message or signal for one subscription."""

    subscription: str
    data: Data = {}


class CallDone(NamedTuple):
    """A service, or the act of a task, was carried out; ``data`` are variables."""

    call: str
    data: Data = {}


class CallFailed(NamedTuple):
    """A service answered with an error of the model (BPMN error); ``code`` looks for its boundary event."""

    call: str
    code: str = ""
    message: str = ""


class ChildDone(NamedTuple):
    """A called process has ended; with ``error`` by an uncaught error of that code."""

    child: str
    data: Data = {}
    error: str = ""


class Clock(NamedTuple):
    """The legal clock stands still (pause), runs again (resume), or dates are counted anew (redate)."""

    action: str
    reason: str = ""
    at: datetime | None = None


Input = Start | Begin | Complete | Move | Control | Fire | Receive | CallDone | CallFailed | ChildDone | Clock
