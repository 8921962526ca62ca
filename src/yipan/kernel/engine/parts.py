"""Very many parallel instances: beyond ``activities.MANY`` each becomes an instance of its own, with its own state.

The parent keeps one token that counts (``w`` parts). A part begins with what its instance can see: the scopes around,
variables, results, who passed which step. It holds a token of the activity (``part``: its index) where errors end it
and are handed to the parent. Only activities whose insides tell nothing else outwards are taken apart.
"""

from typing import Any

from . import effects as fx
from . import passing
from .compensating import Compensating
from .compiled import N
from .errors import Refused
from .values import pack

_TELLING = ("escalation", "compensation", "cancel")  # events that would reach the activity from inside


class Parts(Compensating):
    # -- in the parent -----------------------------------------------------------------------------------------------

    def can_be_parted(self, node: N) -> bool:
        """Not calls, whose instances are instances already; nor what is undone or escalates as a whole."""
        if node.kind in ("call", "transaction") or node.compensator is not None or node.undo_sub:
            return False
        if any(boundary.node.event.kind in _TELLING for boundary in node.boundaries):
            return False
        inside = self.model.within(node.id)
        return not any(one.compensator is not None or one.node.event.kind in _TELLING for one in inside)

    def start_parts(self, key: str, node: N, items: list[Any]) -> None:
        token = self.tokens[key]
        reads = self.model.reads_within(node.id)
        seen = {name: value for name, value in self.state["vars"].items() if reads is None or name in reads}
        outer = self._around(token["s"], reads)
        passed = {name: {**entry, "gone": True, "outer": True} for name, entry in self.state["passed"].items()}
        mi = {"all": 1, "done": 0, "out": [None]}
        common = {**self.state, "status": "new", "n": self.counter, "scopes": outer, "vars": seen, "keep": [],
                  "tasks": {}, "timers": {}, "subs": {}, "writes": {}, "undo": {}, "passed": passed}  # fmt: skip
        for index, item in enumerate(items):
            holder = {**token, "w": "multi", "part": index, "mi": {**mi, "next": 0, "items": [item]}}
            state = {**common, "tokens": {key: holder}}
            self.emit(fx.StartPart(f"{key}#{index}", node.id, state))

    def _around(self, inner: str, reads: frozenset[str] | None) -> dict[str, dict[str, Any]]:
        """The scopes around the activity, for what is read of them; nothing happens there but in the parent."""
        found: dict[str, dict[str, Any]] = {}
        scope: str | None = inner
        while scope is not None:
            entry = {name: value for name, value in self.scopes[scope].items() if name not in ("c", "cw")}
            if "v" in entry and reads is not None:
                entry["v"] = {name: value for name, value in entry["v"].items() if name in reads}
            found[scope] = {**entry, "t": None, "n": 1 if scope == inner else 0, "outer": True}
            scope = entry["p"]
        return found

    def part_done(self, part: str, data: Any, error: str) -> None:
        """One of the parts has ended; the last one, or one that fulfils the condition, ends the activity."""
        key, _, index = part.partition("#")
        token = self.tokens.get(key)
        if token is None or token["w"] != "parts":
            raise Refused("gone", "该实例已不在等待。")
        node = self.node(token["e"])
        if error:
            if not self._caught_at(key, "error", error):
                self.cancel_token(key)
                self.throw_error(token["s"], error, "并行实例之一以错误结束", node.id)
            return
        mi = {**token["mi"], "done": token["mi"]["done"] + 1}
        if mi["out"]:
            mi["out"] = [*mi["out"][: int(index)], data["out"], *mi["out"][int(index) + 1 :]]
        token = self.set_token(key, mi=mi)
        passing.absorb(self, data["passed"], key, part)
        if data["results"]:
            self.state["results"] = {**self.state["results"], **data["results"]}
        if mi["done"] == mi["all"] or self.enough(key, node, data["v"], mi["all"] - mi["done"]):
            self.finish_multi(key, node)

    # -- in the part -------------------------------------------------------------------------------------------------

    def begin_part(self) -> None:
        (key,) = self.tokens
        self.state["status"] = "running"
        self.next_instance(key, self.node(self.tokens[key]["e"]))

    def part_over(self, key: str, scope: str) -> None:
        """The instance has ended: what the parent takes from it."""
        node = self.node(self.tokens[key]["e"])
        out = pack(self.value(node.multi_output, None, scope, node.id)) if node.multi_output is not None else None
        inside = {one.id for one in self.model.within(node.id)}
        results = {element: value for element, value in self.state["results"].items() if element in inside}
        passed = [entry for entry in self.state["passed"].values() if "outer" not in entry]
        data = {"out": out, "v": self.scopes[scope].get("v", {}), "passed": passed, "results": results}
        self._end_instance("completed", data=data)

    def let_go(self) -> None:
        """The end of a part: its own token stands for the parent's, whose life the parent tells."""
        for key in [key for key, token in self.tokens.items() if "part" in token]:
            for scope in self.scopes_of(key):
                self.cancel_scope(scope)
            self.count(self.tokens.pop(key)["s"], -1)
