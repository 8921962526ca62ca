"""Compensation: completed activities are remembered with their handlers, and undone last first (BPMN 2.0.2 13.5.5).

A record ``{e, h, c}`` stands in the scope in which activity ``e`` was completed: ``h`` is its handler, ``c`` what was
completed inside it.
"""

from typing import Any

from . import effects as fx
from .catching import Catching
from .compiled import N
from .core import ROOT
from .errors import EngineError
from .flowing import DONE


class Compensating(Catching):
    def compensate(self, node: N, scope: str, path: str, *, then: str) -> None:
        """Run the handlers of what was completed in this scope, last first, then go on as ``then`` says."""
        todo: list[dict[str, Any]] = []
        for place in self._compensable(scope):
            todo += self._taken(place, node.node.event.activity)
        work = {"todo": todo, "then": then, "node": node.id, "path": path}
        entry = self.scopes[scope]
        self.scopes[scope] = {**entry, "cw": work, "n": entry["n"] + 1}
        self.compensation_step(scope)

    def _compensable(self, scope: str) -> list[str]:
        """The scope itself; what an event sub-process undoes are also the activities of the scope it stands in."""
        places = [scope]
        while scope != ROOT and self.node(self.scopes[scope]["e"]).kind == "event_subprocess":
            scope = self.scopes[scope]["p"]
            places.append(scope)
        return places

    def _taken(self, scope: str, wanted: str) -> list[dict[str, Any]]:
        """Handlers of what was completed in a scope, last first; they are taken out, so that none runs twice."""
        entry = self.scopes[scope]
        records = entry.get("c", [])
        if not records:
            return []
        rest = [record for record in records if wanted and record["e"] != wanted]
        self.scopes[scope] = {**entry, "c": rest}
        meant = [record for record in records if record not in rest] if wanted else records
        return [handler for record in reversed(meant) for handler in _handlers(record)]

    def remember_for_compensation(self, scope: str, node: N, inner: list[Any]) -> None:
        """An activity was completed that can be undone: by its handler, else by what undoes its insides."""
        handler = node.compensator.id if node.compensator is not None else node.undo_sub
        if handler or inner:
            entry = self.scopes[scope]
            record = {"e": node.id, "h": handler, "c": inner}
            self.scopes[scope] = {**entry, "c": [*entry.get("c", []), record]}

    def forget_completion(self, scope: str, element: str) -> None:
        """The last completion of an element was taken back: there is nothing to undo."""
        records = self.scopes[scope].get("c", [])
        last = next((i for i in range(len(records) - 1, -1, -1) if records[i]["e"] == element), None)
        if last is not None:
            self.scopes[scope] = {**self.scopes[scope], "c": records[:last] + records[last + 1 :]}

    def compensation_step(self, scope: str) -> None:
        entry = self.scopes[scope]
        work = entry.get("cw")
        if work is None:
            return
        if work["todo"]:
            first, *others = work["todo"]
            self.scopes[scope] = {**entry, "cw": {**work, "todo": others}}
            self.go(self.node(first["h"]), None, scope, work["path"], {"c": first["c"]})
            return
        ended = {name: value for name, value in entry.items() if name != "cw"}
        self.scopes[scope] = {**ended, "n": entry["n"]}
        node = self.node(work["node"])
        if work["then"] == "out":
            self.out(node, scope, work["path"])
        self.count(scope, -1)
        if work["then"] == "cancel":
            self._cancelled_transaction(scope)

    def _cancelled_transaction(self, scope: str) -> None:
        key = self.scopes[scope]["t"]
        if key is None:
            raise EngineError("cancel", "取消结束事件只能放在事务子流程中")
        key = self.whole(key)
        token = self.tokens[key]
        node = self.node(token["e"])
        boundary = next((b for b in node.boundaries if b.node.event.kind == "cancel"), None)
        self.cancel_token(key)
        if boundary is not None:
            self.emit(fx.Log(boundary.id, DONE, key))
            self.out(boundary, token["s"], token["b"])


def _handlers(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The handlers of a completed activity: its own, or those of what was completed inside it, last first."""
    if record["h"]:
        return [record]
    return [handler for inner in reversed(record["c"]) for handler in _handlers(inner)]
