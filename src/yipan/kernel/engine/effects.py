"""What the surroundings must do after a step. Effects are told in the order in which they happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class OpenTask(NamedTuple):
    """Somebody has to do something. ``kind``: work, sign (one of several signers), before or after (added signer).

    ``persons`` empty: whoever holds ``roles`` in ``unit``. ``excluded``: persons who may not do it."""

    task: str
    token: str
    element: str
    name: str
    kind: str
    persons: tuple[str, ...]
    roles: tuple[str, ...]
    unit: Any
    act: str
    form: str
    due: datetime | None
    excluded: tuple[str, ...]
    parent: str = ""
    returned_from: str = ""
    limit: str = ""


class ChangeTask(NamedTuple):
    """A task got another status or another person."""

    task: str
    status: str
    person: str
    move: str
    by: str
    persons: tuple[str, ...] = ()


class CloseTask(NamedTuple):
    """``status``: done | cancelled | returned | recalled | skipped."""

    task: str
    status: str
    outcome: str = ""
    by: str = ""
    on_behalf: str = ""


class RedateTask(NamedTuple):
    task: str
    due: datetime | None


class ArmTimer(NamedTuple):
    """Also used for another date of a known timer; ``at`` None: it stands still."""

    timer: str
    element: str
    at: datetime | None


class CancelTimer(NamedTuple):
    timer: str


class Subscribe(NamedTuple):
    """``kind``: message (by name and correlation key) or signal (by name)."""

    subscription: str
    element: str
    kind: str
    name: str
    key: str


class Unsubscribe(NamedTuple):
    subscription: str


class Perform(NamedTuple):
    """Carry out an act: of a service task (``task`` empty), or of a user task that was decided with ``outcome``.
    Answer with CallDone or CallFailed of the same ``call``."""

    call: str
    element: str
    act: str
    task: str
    outcome: str
    by: str
    data: Mapping[str, Any]


class StartChild(NamedTuple):
    """Start the called process; answer with ChildDone of the same ``child``."""

    child: str
    element: str
    key: str
    binding: str
    bound: str
    data: Mapping[str, Any]
    business_key: str
    keep: tuple[str, ...]


class StartPart(NamedTuple):
    """Start one of very many parallel instances as an instance of its own, with this state and the event Begin; answer
    with ChildDone of the same ``child``."""

    child: str
    element: str
    state: Mapping[str, Any]


class CancelChild(NamedTuple):
    """The called process, or every part ``child#…``, is not wanted any more."""

    child: str


class Throw(NamedTuple):
    """A message, signal or escalation goes out. ``key`` is the correlation key of a message."""

    kind: str
    element: str
    name: str
    key: str
    data: Mapping[str, Any]


class Copy(NamedTuple):
    """Let persons read a task's matter (抄送)."""

    task: str
    persons: tuple[str, ...]
    by: str


class Urge(NamedTuple):
    task: str
    by: str
    reason: str


class Log(NamedTuple):
    """A change in the life of an element: enabled, started, completed, cancelled … ``token`` tells instances apart."""

    element: str
    lifecycle: str
    token: str = ""
    task: str = ""
    detail: str = ""


class Alert(NamedTuple):
    """Something a person must look at: deadlock, uncaught_error."""

    kind: str
    element: str
    message: str


class Finish(NamedTuple):
    """``status``: completed | terminated | failed; ``data`` what a calling process reads."""

    status: str
    data: Mapping[str, Any]
    error: str = ""


Effect = (
    OpenTask | ChangeTask | CloseTask | RedateTask | ArmTimer | CancelTimer | Subscribe | Unsubscribe | Perform
    | StartChild | StartPart | CancelChild | Throw | Copy | Urge | Log | Alert | Finish
)  # fmt: skip
