"""Errors and escalations look outwards for what catches them (BPMN 2.0.2 10.5.7 and 13.5.3)."""

from collections.abc import Iterable, Mapping
from typing import Any

from . import effects as fx
from .compiled import N
from .core import ROOT
from .flowing import DONE
from .timers import Timers


class Catching(Timers):
    def _start_event_sub(self, start: N, scope: str, data: Mapping[str, Any], again: dict[str, Any] | None) -> None:
        raise NotImplementedError

    def _end_instance(self, status: str, error: str = "", data: Any = None) -> None:
        raise NotImplementedError

    def throw_error(self, scope: str, code: str, message: str, element: str) -> None:
        """Look for the nearest boundary event or event subprocess that catches the error, outwards."""
        if self._caught(scope, "error", code):
            return
        shown = f"错误“{code}”没有处理" if code else "错误没有处理"
        self.emit(fx.Alert("uncaught_error", element, f"“{self.node(element).node.shown}”：{shown}。{message}"))
        self._end_instance("failed", code or "error")

    def _caught(self, scope: str, kind: str, code: str) -> bool:
        """Whether an event sub-process or a boundary event catches, outwards from a scope, and has begun."""
        at: str | None = scope
        inside: N | None = None
        while at is not None:
            if self._caught_inside(at, kind, code, inside):
                return True
            holder = self.scopes[at]["t"]
            if holder is None:
                return False
            if self._caught_at(holder, kind, code):
                return True
            inside = self.node(self.tokens[holder]["e"])
            at = self.tokens[holder]["s"]
        return False

    def _caught_at(self, key: str, kind: str, code: str) -> bool:
        key = self.whole(key)
        token = self.tokens[key]
        if "part" in token:
            self._end_instance("failed", code or "error")  # the parent looks further
            return True
        boundary = _fitting(self.node(token["e"]).boundaries, kind, code)
        if boundary is None:
            return False
        self.emit(fx.Log(boundary.id, DONE, key))
        where, out_path = token["s"], token["b"]
        if boundary.node.interrupting:
            self.cancel_token(key)
        else:
            out_path = self.fork(out_path, 2)[1]
        self.out(boundary, where, out_path)
        return True

    def _caught_inside(self, scope: str, kind: str, code: str, inside: N | None) -> bool:
        """By an event sub-process of the scope. What comes out of one (``inside``) is not for itself, and when it has
        taken over (interrupting) its neighbours are no longer there."""
        entry = self.scopes[scope]
        if "i" in entry:
            return False  # only wraps one instance; the scope of its sub-process has been asked
        subs = self.model.root_subs if scope == ROOT else self.node(entry["e"]).event_subs
        if inside is not None and inside.kind == "event_subprocess":
            if inside.start is not None and inside.start.node.interrupting:
                return False
            subs = [pair for pair in subs if pair[0] is not inside]
        start = _fitting([start for _, start in subs], kind, code)
        if start is None:
            return False
        self._start_event_sub(start, scope, {}, None)
        return True

    def throw_escalation(self, scope: str, code: str, element: str) -> None:
        """Escalations look outwards too; nobody has to catch them."""
        self.interrupted = ""
        if not self._caught(scope, "escalation", code):
            self.emit(fx.Throw("escalation", element, code, self.state["bk"], {}))


def _fitting(catchers: Iterable[N], kind: str, code: str) -> N | None:
    """The catcher of a code, else the one that catches any."""
    same = [one for one in catchers if one.node.event.kind == kind and one.node.event.name in (code, "")]
    return next((one for one in same if one.node.event.name == code), same[0] if same else None)
