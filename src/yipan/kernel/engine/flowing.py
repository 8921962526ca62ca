"""How tokens move: events, gateways, joins, and the end of scopes (BPMN 2.0.2 chapter 13)."""

from typing import Any

from . import effects as fx
from .compiled import N
from .core import MAX_MOVES, Core, Token
from .errors import EngineError

DONE = "completed"


class Flowing(Core):
    interrupted = ""  # the scope whose tokens an event sub-process took away last, in this step

    # The parts that live in the other halves of the class.
    def begin_activity(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        raise NotImplementedError

    def wait_for_event(self, token: str, node: N) -> None:
        raise NotImplementedError

    def throw_error(self, scope: str, code: str, message: str, element: str) -> None:
        raise NotImplementedError

    def throw_escalation(self, scope: str, code: str, element: str) -> None:
        raise NotImplementedError

    def compensate(self, node: N, scope: str, path: str, *, then: str) -> None:
        raise NotImplementedError

    def cancel_scope_tokens(self, scope: str, *, but: str = "") -> None:
        raise NotImplementedError

    def scope_done(self, scope: str) -> None:
        raise NotImplementedError

    # -- the loop ----------------------------------------------------------------------------------------------------

    def go(self, node: N, flow: str | None, scope: str, path: str, carry: Any = None) -> None:
        """Let a token arrive at a node; it counts for its scope until it has been handled."""
        self.queue.append((node, flow, scope, path, carry))
        self.count(scope, 1)

    def settle(self) -> None:
        """Move tokens until nothing can move: arrivals, then inclusive joins, then finished scopes."""
        while True:
            while self.arrived < len(self.queue):
                node, flow, scope, path, carry = self.queue[self.arrived]
                self.arrived += 1
                if scope not in self.scopes:  # its scope was cancelled meanwhile
                    continue
                self.moves += 1
                if self.moves > MAX_MOVES:
                    raise EngineError("endless", f"流程在“{node.node.shown}”附近无限循环，没有停在任何任务上", node.id)
                self.enter(node, flow, scope, path, carry)
                if scope in self.scopes:
                    self.count(scope, -1)
            if self.model.has_inclusive and self._inclusive_joins():
                continue
            if not self._finish_scopes():
                return

    def _finish_scopes(self) -> bool:
        """Complete scopes without tokens, innermost first; true when something was done."""
        waiting, self.empty = self.empty, []
        done = False
        for scope in sorted(set(waiting), key=int, reverse=True):
            entry = self.scopes.get(scope)
            if entry is not None and entry["n"] == 0 and self.state["status"] in ("running", "suspended"):
                self.scope_done(scope)
                done = True
        return done

    # -- leaving -----------------------------------------------------------------------------------------------------

    def out(self, node: N, scope: str, path: str, token: Token | None = None, carry: Any = None) -> None:
        """Send tokens along the outgoing flows of anything but a gateway: every flow whose condition holds."""
        outs = node.outs
        if node.plain_outs:
            if len(outs) == 1:
                self.go(outs[0].target, outs[0].id, scope, path, carry)
            elif outs:
                for flow, branch in zip(outs, self.fork(path, len(outs)), strict=True):
                    self.go(flow.target, flow.id, scope, branch, carry)
            return
        taken = [
            f for f in outs
            if f is not node.default and (f.condition is None or self.holds(f.condition, token, scope, node.id))
        ]  # fmt: skip
        if not taken and node.default is not None:
            taken = [node.default]
        if not taken:
            raise EngineError("no_way", f"“{node.node.shown}”之后没有一个条件成立，也没有默认流", node.id)
        branches = [path] if len(taken) == 1 else self.fork(path, len(taken))
        for flow, branch in zip(taken, branches, strict=True):
            self.go(flow.target, flow.id, scope, branch, carry)

    # -- arriving ----------------------------------------------------------------------------------------------------

    def enter(self, node: N, flow: str | None, scope: str, path: str, carry: Any = None) -> None:
        _ENTER[node.kind](self, node, flow, scope, path, carry)

    def _activity(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        self.begin_activity(node, flow, scope, path, carry)

    def _start(self, node: N, _flow: str | None, scope: str, path: str, carry: Any) -> None:
        self.emit(fx.Log(node.id, DONE))
        self.out(node, scope, path, carry=carry)

    def _end(self, node: N, _flow: str | None, scope: str, path: str, _carry: Any) -> None:
        event = node.node.event
        self.emit(fx.Log(node.id, DONE))
        if event.kind == "terminate":
            self.cancel_scope_tokens(scope)
        elif event.kind == "error":
            self.throw_error(scope, event.name, node.node.name, node.id)
        elif event.kind == "escalation":
            self.throw_escalation(scope, event.name, node.id)
        elif event.kind == "compensation":
            self.compensate(node, scope, path, then="end")
        elif event.kind == "cancel":
            self.cancel_scope_tokens(scope)
            self.compensate(node, scope, path, then="cancel")
        elif event.kind in ("message", "signal"):
            self._send(node, scope, path)

    def _throw(self, node: N, _flow: str | None, scope: str, path: str, carry: Any) -> None:
        event = node.node.event
        self.emit(fx.Log(node.id, DONE))
        if event.kind == "compensation":
            self.compensate(node, scope, path, then="out")
            return
        if event.kind in ("message", "signal"):
            self._send(node, scope, path)
        elif event.kind == "escalation":
            self.throw_escalation(scope, event.name, node.id)
            if self.interrupted == scope or scope not in self.scopes:
                return  # what caught it has ended the branch that threw it
        if node.link is not None:
            self.go(node.link, None, scope, path, carry)
        else:
            self.out(node, scope, path, carry=carry)

    def _send(self, node: N, scope: str, _path: str) -> None:
        event = node.node.event
        key = self.correlation(node, None, scope)
        data = self.mapped(node.inputs, None, scope, node.id) if node.inputs else {}
        self.emit(fx.Throw(event.kind, node.id, event.name, key, data))

    def correlation(self, node: N, token: Token | None, scope: str) -> str:
        """The key a message is correlated by: its expression, else the business key of the instance."""
        if node.key is None:
            return self.state["bk"]
        value = self.value(node.key, token, scope, node.id)
        return "" if value is None else str(value)

    def mapped(self, pairs: Any, token: Token | None, scope: str, element: str) -> dict[str, Any]:
        return {name: self.value(x, token, scope, element) for name, x in pairs}

    def _catch(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        if node.node.event.kind == "link":
            self.emit(fx.Log(node.id, DONE))
            self.out(node, scope, path, carry=carry)
            return
        token = self.add_token(node, scope, flow, path, "event")
        self.emit(fx.Log(node.id, "enabled", token))
        self.wait_for_event(token, node)

    # -- gateways ----------------------------------------------------------------------------------------------------

    def _exclusive(self, node: N, _flow: str | None, scope: str, path: str, carry: Any) -> None:
        self.emit(fx.Log(node.id, DONE))
        outs = node.outs
        if len(outs) == 1:
            self.go(outs[0].target, outs[0].id, scope, path, carry)
            return
        if not outs:
            return
        for flow in outs:
            if flow is not node.default and (
                flow.condition is None or self.holds(flow.condition, None, scope, node.id)
            ):
                self.go(flow.target, flow.id, scope, path, carry)
                return
        if node.default is None:
            raise EngineError("no_way", f"“{node.node.shown}”的条件都不成立，也没有默认流", node.id)
        self.go(node.default.target, node.default.id, scope, path, carry)

    def _parallel(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        if len(node.ins) > 1 and flow is not None:
            merged = self._join_parallel(node, flow, scope, path)
            if merged is None:
                return
            path = merged
        self.emit(fx.Log(node.id, DONE))
        outs = node.outs
        if len(outs) == 1:
            self.go(outs[0].target, outs[0].id, scope, path, carry)
            return
        for out, branch in zip(outs, self.fork(path, len(outs)) if outs else [], strict=True):
            self.go(out.target, out.id, scope, branch, carry)

    def _join_parallel(self, node: N, flow: str, scope: str, path: str) -> str | None:
        """One token is consumed per incoming flow, more of them stay (13.4.1); the path after the join, or None."""
        waiting: dict[str, str] = {}
        for key, token in self.tokens.items():
            if token["w"] == "join" and token["e"] == node.id and token["s"] == scope:
                waiting.setdefault(token["f"], key)
        waiting_others = [waiting[f] for f in node.ins if f != flow and f in waiting]
        if len(waiting_others) < len(node.ins) - 1:
            token = self.add_token(node, scope, flow, path, "join")
            if flow not in waiting:
                self.emit(fx.Log(node.id, "enabled", token))
            return None
        paths = [path] + [self.drop_token(key)["b"] for key in waiting_others]
        return self.common(paths)

    def _inclusive(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        if len(node.ins) > 1 and flow is not None:
            token = self.add_token(node, scope, flow, path, "join")
            self.emit(fx.Log(node.id, "enabled", token))
            return
        self._inclusive_split(node, scope, path, carry)

    def _inclusive_split(self, node: N, scope: str, path: str, carry: Any) -> None:
        """All conditions are looked at at once; every flow whose condition holds is taken (13.4.3)."""
        self.emit(fx.Log(node.id, DONE))
        self.out(node, scope, path, carry=carry)

    def _inclusive_joins(self) -> bool:
        """Fire one inclusive join that no token elsewhere can still feed; true when one fired. Others are looked at
        when what left this one has arrived, for it may be on its way to them."""
        waiting: dict[tuple[str, str], dict[str, str]] = {}
        for key, token in self.tokens.items():
            if token["w"] == "join" and self.node(token["e"]).kind == "inclusive":
                waiting.setdefault((token["e"], token["s"]), {}).setdefault(token["f"], key)
        for (element, scope), by_flow in waiting.items():
            node = self.node(element)
            if self._still_fed(node, scope, by_flow):
                continue
            paths = [self.drop_token(key)["b"] for key in by_flow.values()]
            self.scopes[scope] = {**self.scopes[scope], "n": self.scopes[scope]["n"] + 1}
            self._inclusive_split(node, scope, self.common(paths), None)
            self.count(scope, -1)
            return True
        return False

    def _still_fed(self, join: N, scope: str, have: dict[str, str]) -> bool:
        """BPMN 2.0.2 13.4.3: a token that can get to an empty input, and to no input that has one, is waited for."""
        for token in self.tokens.values():
            if token["s"] != scope or (token["e"] == join.id and token["w"] == "join"):
                continue
            reach = join.reach.get(token["e"])
            if not reach:
                continue
            if reach.isdisjoint(have):
                return True
        return False

    def _event_based(self, node: N, flow: str | None, scope: str, path: str, _carry: Any) -> None:
        token = self.add_token(node, scope, flow, path, "race")
        self.emit(fx.Log(node.id, "enabled", token))
        for out in node.outs:
            self.wait_for_event(token, out.target)


_ENTER = {
    "start": Flowing._start, "end": Flowing._end, "catch": Flowing._catch, "throw": Flowing._throw,
    "exclusive": Flowing._exclusive, "parallel": Flowing._parallel, "inclusive": Flowing._inclusive,
    "event_based": Flowing._event_based,
} | dict.fromkeys(
    ("user", "service", "script", "rule", "send", "receive", "manual", "task", "call", "subprocess", "transaction",
     "event_subprocess"),
    Flowing._activity,
)  # fmt: skip
