"""What ends waiting: fired events, cancelled scopes, finished scopes, answers of services and called processes."""

from collections.abc import Mapping
from typing import Any

from . import effects as fx
from .compiled import F, N
from .core import ROOT
from .errors import Refused
from .flowing import DONE
from .parts import Parts


class Waiting(Parts):
    # -- the beginning -----------------------------------------------------------------------------------------------

    def begin_at(self, node: N) -> None:
        """Start at a start event, or with the message of an instantiating gateway or receive task.

        Of an exclusive gateway the other events are dropped; a parallel one waits for every one of them (10.6.6)."""
        if node.kind == "start":
            self.go(node, None, ROOT, "")
            return
        gateway = self.node(self.model.process.flows[node.ins[0]].source) if node.ins else None
        paths = [""]
        others: list[F] = []
        if gateway is not None:
            self.emit(fx.Log(gateway.id, DONE))
            if gateway.node.all_events:
                others = [flow for flow in gateway.outs if flow.target is not node]
                paths = self.fork("", 1 + len(others))
        self.emit(fx.Log(node.id, DONE))
        self.out(node, ROOT, paths[0])
        for flow, path in zip(others, paths[1:], strict=True):
            self.go(flow.target, flow.id, ROOT, path)

    # -- events arrive -----------------------------------------------------------------------------------------------

    def fire(self, timer: str) -> None:
        """A timer is due. Timers that are gone are ignored: they lost the race against what cancelled them."""
        entry = self.timers.pop(timer, None)
        if entry is None:
            raise Refused("gone", "定时器已不存在。")
        self.emit(fx.CancelTimer(timer))
        self.happen(entry, {}, again=entry)

    def receive(self, subscription: str, data: Mapping[str, Any]) -> None:
        """A message or signal arrives for one subscription."""
        entry = self.subs.get(subscription)
        if entry is None:
            raise Refused("gone", "订阅已不存在。")
        self.happen(entry, data)

    def happen(self, entry: dict[str, Any], data: Mapping[str, Any], *, again: dict[str, Any] | None = None) -> None:
        """The event of a timer or subscription happens to the token or scope that waits for it."""
        node = self.node(entry["e"])
        if "sc" in entry:
            self._start_event_sub(node, entry["sc"], data, again)
            return
        key = entry["t"]
        token = self.tokens[key]
        if node.kind == "boundary":
            self._boundary(node, key, data, again)
            return
        if data:
            self.write(self._received(node, data), token, node.id)
        if token["w"] == "race" or node.kind == "catch":
            scope, path = token["s"], token["b"]
            self.drop_token(key)
            self.emit(fx.Log(token["e"], DONE, key))
            if token["w"] == "race":
                self.emit(fx.Log(node.id, DONE, key))
                if node.kind == "receive":
                    self.out(node, scope, path, token)
                    return
            self.out(node, scope, path, token)
            return
        self.finish(key)

    def _received(self, node: N, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a message brings: mapped where the model maps it, else all of it."""
        if not node.outputs:
            return dict(data)
        found: dict[str, Any] = {}
        for name, x in node.outputs:
            found[name] = x.expression.evaluate({n: data.get(n) for n in x.names}, now=self.env.now)
        return found

    def _boundary(self, node: N, key: str, data: Mapping[str, Any], again: dict[str, Any] | None) -> None:
        token = self.tokens[key]
        scope, path = token["s"], token["b"]
        if data:
            self.write(self._received(node, data), token, node.id)
        self.emit(fx.Log(node.id, DONE, key))
        if node.node.interrupting:
            self.cancel_token(key)
            self.out(node, scope, path)
            return
        if again is not None:
            self._repeat(node, again, token=key)
        self.out(node, scope, self.fork(path, 2)[1])

    def _repeat(self, node: N, entry: dict[str, Any], *, token: str | None = None, scope: str | None = None) -> None:
        """Arm a cycle again while repetitions are left."""
        if "left" not in entry:
            return
        left = entry["left"]
        if left is not None and left <= 1:
            return
        key = self.next_id()
        renewed = {**entry, "from": entry["at"], "left": None if left is None else left - 1}
        at = self._timer_due(node, renewed, self.tokens.get(token or ""), scope)
        renewed["at"] = at.isoformat() if at else None
        self.timers[key] = renewed
        self.emit(fx.ArmTimer(key, node.id, at))

    def _start_event_sub(self, start: N, scope: str, data: Mapping[str, Any], again: dict[str, Any] | None) -> None:
        """Begin the event subprocess whose start event happened in a scope."""
        holder = self.node(start.node.scope)
        if start.node.interrupting:
            self.cancel_scope_tokens(scope)
            self.disarm("sc", scope)
            self.interrupted = scope
        elif again is not None:
            self._repeat(start, again, scope=scope)
        key = self.add_token(holder, scope, None, self.fork("", 1)[0], "scope")
        self.emit(fx.Log(holder.id, "started", key))
        inner = self.add_scope(holder.id, scope, key)
        self.open_event_subs(inner, holder.event_subs)
        if data:
            self.write(self._received(start, data), self.tokens[key], start.id)
        self.go(start, None, inner, self.tokens[key]["b"])

    def check_conditions(self) -> bool:
        """Fire conditional events whose condition holds now; true when one did."""
        if not self.changed:
            return False
        self.changed = False
        for key, entry in list(self.subs.items()):
            if entry["k"] != "conditional" or key not in self.subs:
                continue
            node = self.node(entry["e"])
            token = self.tokens.get(entry.get("t", ""))
            scope = token["s"] if token is not None else entry.get("sc")
            if node.condition is None or not self.holds(node.condition, token, scope, node.id):
                continue
            del self.subs[key]
            self.changed = True  # the others are looked at again, after what follows from this one
            self.happen(entry, {})
            return True
        return False

    # -- cancelling --------------------------------------------------------------------------------------------------

    def cancel_token(self, key: str, lifecycle: str = "cancelled") -> None:
        """Take a token away with everything inside and on it."""
        for scope in self.scopes_of(key):
            self.cancel_scope(scope)
        for task, entry in list(self.tasks.items()):
            if entry["t"] == key:
                del self.tasks[task]
                self.emit(fx.CloseTask(task, "returned" if lifecycle == "returned" else "cancelled"))
        token = self.tokens[key]
        if token["w"] in ("child", "parts"):
            self.emit(fx.CancelChild(key))
        self.drop_token(key)
        self.emit(fx.Log(token["e"], lifecycle, key))

    def cancel_scope(self, scope: str) -> None:
        self.cancel_scope_tokens(scope)
        self.disarm("sc", scope)
        self.scopes.pop(scope, None)
        self.empty = [other for other in self.empty if other != scope]

    def cancel_scope_tokens(self, scope: str, *, but: str = "") -> None:
        for key in [k for k, t in self.tokens.items() if t["s"] == scope and k != but]:
            if key in self.tokens:
                self.cancel_token(key)
        waiting = [entry for entry in self.queue if entry[2] == scope]
        if waiting and not but:
            # Tokens under way in this very step: they have been counted, and must not arrive.
            self.dropped_under_way(scope)

    def dropped_under_way(self, scope: str) -> None:
        for at, entry in enumerate(self.queue):
            if at >= self.arrived and entry[2] == scope:
                self.queue[at] = (entry[0], entry[1], "", entry[3], entry[4])
                self.count(scope, -1)

    # -- the end of scopes -------------------------------------------------------------------------------------------

    def scope_done(self, scope: str) -> None:
        entry = self.scopes[scope]
        if scope == ROOT:
            self._end_instance("completed")
            return
        if "cw" in entry:
            self.compensation_step(scope)
            return
        key = entry["t"]
        token = self.tokens[key]
        node = self.node(token["e"])
        if "i" in entry and entry["e"] == node.id:
            self.instance_done(scope)
            return
        self.disarm("sc", scope)
        del self.scopes[scope]
        if node.kind == "event_subprocess":
            self.drop_token(key)
            self.emit(fx.Log(node.id, DONE, key))
            if node.start is not None and node.start.node.event.kind == "compensation":
                self.compensation_step(token["s"])
            return
        if "c" in entry:
            self.set_token(key, c=[*token.get("c", []), *entry["c"]])
        self.finish(key)

    def _end_instance(self, status: str, error: str = "", data: Any = None) -> None:
        self.let_go()
        for key in list(self.tokens):
            if key in self.tokens:
                self.cancel_token(key)
        for timer in list(self.timers):
            del self.timers[timer]
            self.emit(fx.CancelTimer(timer))
        for sub in list(self.subs):
            if self.subs.pop(sub)["k"] != "conditional":
                self.emit(fx.Unsubscribe(sub))
        self.queue.clear()
        self.arrived = 0
        self.empty.clear()
        self.state["status"] = status
        if data is None:
            keep = self.state["keep"]
            found = self.visible(None, None)
            data = found if "*" in keep else {name: found.get(name) for name in keep}
        self.emit(fx.Finish(status, data, error))

    # -- answers from outside ----------------------------------------------------------------------------------------

    def call_done(self, call: str, data: Mapping[str, Any]) -> None:
        """A service was carried out, or the act of a decided task."""
        token = self.tokens.get(call)
        if token is None or token["w"] != "call":
            raise Refused("gone", "该调用已不在等待。")
        node = self.node(token["e"])
        if node.outputs:
            self.write(self._received(node, data), token, node.id)
        elif node.node.result:
            self.write({node.node.result: data.get("result", dict(data))}, token, node.id)
        else:
            self.write(data, token, node.id)
        self.finish(call)

    def call_failed(self, call: str, code: str, message: str) -> None:
        token = self.tokens.get(call)
        if token is None or token["w"] != "call":
            raise Refused("gone", "该调用已不在等待。")
        self.emit(fx.Log(token["e"], "failed", call, detail=code))
        if not self._caught_at(call, "error", code):
            scope, element = token["s"], token["e"]
            self.cancel_token(call)
            self.throw_error(scope, code, message, element)

    def child_done(self, child: str, data: Mapping[str, Any], error: str) -> None:
        if "#" in child:
            self.part_done(child, data, error)
            return
        token = self.tokens.get(child)
        if token is None or token["w"] != "child":
            raise Refused("gone", "被调用的流程已不在等待。")
        node = self.node(token["e"])
        if error:
            self.set_token(child, w="call")
            self.call_failed(child, error, "被调用的流程以错误结束")
            return
        call = node.node.call
        if call is not None and call.all_out:
            self.write(data, token, node.id)
        elif node.outputs:
            self.write(self._received(node, data), token, node.id)
        self.finish(child)
