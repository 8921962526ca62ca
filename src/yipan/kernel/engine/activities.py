"""What activities do: their start, their kinds, multi-instance and loops, their end."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from . import effects as fx
from .compiled import N
from .core import Token
from .errors import EngineError
from .flowing import DONE, Flowing
from .values import pack

WAITED_FOR = ("message", "timer", "signal", "conditional")  # what ``arm`` can let a place wait for


class Activities(Flowing):
    def open_tasks(self, key: str, node: N, carry: Any) -> None:
        raise NotImplementedError

    def arm(self, node: N, *, token: str | None = None, scope: str | None = None) -> None:
        raise NotImplementedError

    def cancel_token(self, key: str, lifecycle: str = "cancelled") -> None:
        raise NotImplementedError

    # -- start -------------------------------------------------------------------------------------------------------

    def begin_activity(self, node: N, flow: str | None, scope: str, path: str, carry: Any) -> None:
        key = self.add_token(node, scope, flow, path, "active")
        self.emit(fx.Log(node.id, "enabled", key))
        for boundary in node.boundaries:
            if boundary.node.event.kind in WAITED_FOR:
                self.arm(boundary, token=key)
                if key not in self.tokens:
                    return
        if node.node.multi is not None:
            self._start_multi(key, node)
            return
        if node.loop is not None:
            self.set_token(key, lc=0)
            if node.node.loop is not None and node.node.loop.before:
                token = self.tokens[key]
                if not self.holds(node.loop, token, token["s"], node.id):
                    self.finish(key)
                    return
        self.perform(key, node, carry)

    def perform(self, key: str, node: N, carry: Any = None) -> None:
        """Start the work of one instance of the activity."""
        if node.inputs and node.kind not in ("call", "service", "send", "rule"):
            token = self.tokens[key]
            local = self.mapped(node.inputs, token, token["s"], node.id)
            self.set_token(key, v={**token.get("v", {}), **{name: pack(value) for name, value in local.items()}})
        _PERFORM[node.kind](self, key, node, carry)

    def _user(self, key: str, node: N, carry: Any) -> None:
        self.open_tasks(key, node, carry)

    def _service(self, key: str, node: N, _carry: Any) -> None:
        token = self.set_token(key, w="call")
        data = self.mapped(node.inputs, token, token["s"], node.id)
        self.emit(fx.Log(node.id, "started", key))
        self.emit(fx.Perform(key, node.id, node.node.work.act, "", "", "", data))

    def _send_task(self, key: str, node: N, carry: Any) -> None:
        if node.node.work.act:
            self._service(key, node, carry)
            return
        token = self.tokens[key]
        data = self.mapped(node.inputs, token, token["s"], node.id)
        name = node.node.event.name
        self.emit(fx.Throw("message", node.id, name, self.correlation(node, token, token["s"]), data))
        self.finish(key)

    def _script(self, key: str, node: N, _carry: Any) -> None:
        token = self.tokens[key]
        if node.script is not None:
            value = self.value(node.script, token, token["s"], node.id)
            self.write({node.node.result: value}, token, node.id)
        self.finish(key)

    def _rule(self, key: str, node: N, _carry: Any) -> None:
        token = self.tokens[key]
        name = (
            node.decision
            if isinstance(node.decision, str)
            else str(self.value(node.decision, token, token["s"], node.id))
        )
        version = node.node.decision_version
        decision = self.env.decisions.get(f"{name}@{version}" if version else name)
        if decision is None:
            shown = f"{name}”第 {version} 版" if version.isdigit() else f"{name}”"
            raise EngineError("decision", f"“{node.node.shown}”引用的决策表“{shown}没有发布", node.id)
        inputs = (
            self.mapped(node.inputs, token, token["s"], node.id) if node.inputs else self.visible(token, token["s"])
        )
        try:
            value = decision.decide(inputs, self.env.now)
        except Exception as problem:
            raise EngineError("decision", f"决策表“{name}”无法计算：{problem}", node.id) from problem
        self.emit(fx.Log(node.id, "decided", key, detail=decision.label))
        if node.node.result:
            self.write({node.node.result: value}, token, node.id)
        elif isinstance(value, dict):
            self.write(value, token, node.id)
        self.finish(key)

    def _pass(self, key: str, _node: N, _carry: Any) -> None:
        self.finish(key)

    def _receive(self, key: str, node: N, _carry: Any) -> None:
        self.set_token(key, w="event")
        self.arm(node, token=key)

    def _call(self, key: str, node: N, _carry: Any) -> None:
        call = node.node.call
        assert call is not None
        token = self.set_token(key, w="child")
        scope = token["s"]
        called = (
            node.call_key if isinstance(node.call_key, str) else str(self.value(node.call_key, token, scope, node.id))
        )
        data = self.visible(token, scope) if call.all_in else {}
        data.update(self.mapped(node.inputs, token, scope, node.id))
        key_of = self.state["bk"]
        if node.business_key is not None:
            key_of = str(self.value(node.business_key, token, scope, node.id) or "")
        keep = ("*",) if call.all_out else tuple(sorted({name for _, x in node.outputs for name in x.names}))
        self.emit(fx.Log(node.id, "started", key))
        self.emit(fx.StartChild(key, node.id, called, call.binding, call.bound, data, key_of, keep))

    def _subprocess(self, key: str, node: N, carry: Any) -> None:
        token = self.set_token(key, w="scope")
        local: dict[str, Any] = {"v": token["v"]} if "v" in token else {}
        if isinstance(carry, Mapping) and carry.get("c"):
            local["c"] = carry["c"]  # a compensation event sub-process undoes what its sub-process has done
        scope = self.add_scope(node.id, token["s"], key, **local)
        self.emit(fx.Log(node.id, "started", key))
        self.open_event_subs(scope, node.event_subs)
        path = token["b"]
        if node.start is not None:
            self.go(node.start, None, scope, path)
            return
        # Without a start event every element without incoming flow begins (13.3.4).
        inside = [self.node(n) for n in self.model.process.children.get(node.id, ())]
        firsts = [
            n
            for n in inside
            if not n.ins and n.kind not in ("boundary", "event_subprocess") and not n.node.for_compensation
        ]
        branches = self.fork(path, len(firsts)) if len(firsts) > 1 else [path] * len(firsts)
        for first, branch in zip(firsts, branches, strict=True):
            self.go(first, None, scope, branch)
        if not firsts:
            self.empty.append(scope)

    def open_event_subs(self, scope: str, subs: Iterable[tuple[N, N]]) -> None:
        for _, start in subs:
            if start.node.event.kind in WAITED_FOR:
                self.arm(start, scope=scope)

    # -- end ---------------------------------------------------------------------------------------------------------

    def finish(self, key: str, *, carry: Any = None) -> None:
        """One instance of the activity is done: again, next instance, or on along the outgoing flows."""
        token = self.tokens[key]
        node = self.node(token["e"])
        if node.outputs and node.kind not in ("call", "service", "receive"):
            self.write(self.mapped(node.outputs, token, token["s"], node.id), token, node.id)
        if node.loop is not None and node.node.loop is not None and "lc" in token and self._again(key, node):
            return
        scope = token["s"]
        instance = self.scopes[scope].get("i")
        self.drop_token(key)
        self.emit(fx.Log(node.id, DONE, key))
        if instance is not None and self.scopes[scope]["e"] == node.id:
            if "c" in token:
                whole = self.scopes[scope]["t"]
                self.set_token(whole, c=[*self.tokens[whole].get("c", []), *token["c"]])
            return  # an instance of a multi-instance: its scope is empty now and settles the rest
        if self._completed(node, scope, token):
            return
        back = token.get("r")
        if back is not None:
            self.go(self.node(back["e"]), None, scope, token["b"], {"who": back.get("who"), "from": node.id})
            return
        self.out(node, scope, token["b"], token, carry)

    def _completed(self, node: N, scope: str, token: Token) -> bool:
        """Keep what would undo a completed activity; a compensation handler leads on to the next (true)."""
        if node.node.for_compensation:
            self.compensation_step(scope)
            return True
        self.remember_for_compensation(scope, node, token.get("c", []))
        return False

    def remember_for_compensation(self, scope: str, node: N, inner: list[Any]) -> None:
        raise NotImplementedError

    def compensation_step(self, scope: str) -> None:
        raise NotImplementedError

    def _again(self, key: str, node: N) -> bool:
        loop = node.node.loop
        token = self.tokens[key]
        done = token["lc"] + 1
        assert loop is not None
        assert node.loop is not None
        token = self.set_token(key, lc=done, v={**token.get("v", {}), "loopCounter": done})
        if (loop.maximum and done >= loop.maximum) or not self.holds(node.loop, token, token["s"], node.id):
            return False
        self.moves += 1
        if done > 10_000:
            raise EngineError("endless", f"“{node.node.shown}”循环超过一万次", node.id)
        self.perform(key, node)
        return True

    # -- multi-instance ----------------------------------------------------------------------------------------------

    def _start_multi(self, key: str, node: N) -> None:
        multi = node.node.multi
        token = self.tokens[key]
        assert multi is not None
        assert node.multi_over is not None
        value = self.value(node.multi_over, token, token["s"], node.id)
        if multi.collection:
            if value is None:
                value = []
            if not isinstance(value, (list, tuple)):
                raise EngineError("collection", f"“{node.node.shown}”的集合不是列表", node.id)
            items: list[Any] = [pack(item) for item in value]
        else:
            if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or value != int(value) or value < 0:
                raise EngineError("cardinality", f"“{node.node.shown}”的实例数不是非负整数", node.id)
            items = [None] * int(value)
        if len(items) > MAX_INSTANCES:
            raise EngineError(
                "cardinality", f"“{node.node.shown}”的实例超过 {MAX_INSTANCES} 个，请改为调用活动", node.id
            )
        apart = len(items) > MANY and not multi.sequential and self.can_be_parted(node)
        out = [None] * len(items) if node.multi_output is not None or not apart else []
        mi = {"all": len(items), "done": 0, "next": 0, "items": [] if apart else items, "out": out}
        self.set_token(key, w="parts" if apart else "multi", mi=mi)
        self.emit(fx.Log(node.id, "started", key))
        if apart:
            self.start_parts(key, node, items)
            return
        if not items:
            self.finish_multi(key, node)
            return
        for _ in range(1 if multi.sequential else len(items)):
            self.next_instance(key, node)
            if key not in self.tokens:
                return

    def next_instance(self, key: str, node: N) -> None:
        token = self.tokens[key]
        mi = token["mi"]
        index = mi["next"]
        multi = node.node.multi
        assert multi is not None
        self.set_token(key, mi={**mi, "next": index + 1})
        local: dict[str, Any] = {"loopCounter": token.get("part", index) + 1}
        if multi.collection and multi.item:
            local[multi.item] = mi["items"][index]
        scope = self.add_scope(node.id, token["s"], key, v=local, l=True, i=index)
        inner = self.add_token(node, scope, None, token["b"], "active")
        self.emit(fx.Log(node.id, "enabled", inner))
        self.perform(inner, node)

    def instance_done(self, scope: str) -> None:
        """An instance of a multi-instance has no token left."""
        entry = self.scopes[scope]
        key = entry["t"]
        token = self.tokens[key]
        if "part" in token:
            self.part_over(key, scope)
            return
        node = self.node(token["e"])
        mi = dict(token["mi"])
        mi["done"] += 1
        if node.multi_output is not None:
            out = list(mi["out"])
            out[entry["i"]] = pack(self.value(node.multi_output, None, scope, node.id))
            mi["out"] = out
        token = self.set_token(key, mi=mi)
        enough = self.enough(key, node, entry.get("v", {}), len(self.scopes_of(key)) - 1)
        del self.scopes[scope]
        if enough or mi["done"] == mi["all"]:
            self.finish_multi(key, node)
        elif node.node.multi is not None and node.node.multi.sequential:
            self.next_instance(key, node)

    def enough(self, key: str, node: N, local: Mapping[str, Any], active: int) -> bool:
        """Whether the completion condition holds, seen from an instance that has just ended."""
        if node.completion is None:
            return False
        token = self.tokens[key]
        mi = token["mi"]
        counters = {"nrOfInstances": mi["all"], "nrOfActiveInstances": active, "nrOfCompletedInstances": mi["done"],
                    "nrOfTerminatedInstances": 0}  # fmt: skip
        inner = {**token, "v": {**token.get("v", {}), **local, **counters}}
        return self.holds(node.completion, inner, token["s"], node.id)

    def finish_multi(self, key: str, node: N) -> None:
        token = self.tokens[key]
        multi = node.node.multi
        assert multi is not None
        if token["w"] == "parts" and token["mi"]["done"] < token["mi"]["all"]:
            self.emit(fx.CancelChild(key))
        for scope in self.scopes_of(key):
            self.cancel_scope(scope)
        if multi.output_collection:
            self.write({multi.output_collection: token["mi"]["out"]}, token, node.id)
        scope = token["s"]
        self.drop_token(key)
        self.emit(fx.Log(node.id, DONE, key))
        if not self._completed(node, scope, token):
            self.out(node, scope, token["b"], token)

    def cancel_scope(self, scope: str) -> None:
        raise NotImplementedError

    def can_be_parted(self, node: N) -> bool:
        raise NotImplementedError

    def start_parts(self, key: str, node: N, items: list[Any]) -> None:
        raise NotImplementedError

    def part_over(self, key: str, scope: str) -> None:
        raise NotImplementedError


MANY = 200  # parallel instances beyond this become instances of their own (parts.py)
MAX_INSTANCES = 5000
_PERFORM = {
    "user": Activities._user, "service": Activities._service, "send": Activities._send_task,
    "script": Activities._script, "rule": Activities._rule, "manual": Activities._pass, "task": Activities._pass,
    "receive": Activities._receive, "call": Activities._call, "subprocess": Activities._subprocess,
    "transaction": Activities._subprocess, "event_subprocess": Activities._subprocess,
}  # fmt: skip
