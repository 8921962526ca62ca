"""The working copy of one step: tokens, scopes, variables, and the small operations everything else is made of.

The state that came in is never changed: top-level maps are copied once, entries are replaced, not edited.
"""

from typing import Any

from . import effects as fx
from .compiled import Compiled, N, X
from .environment import Env
from .errors import EngineError
from .values import pack, unpack

Token = dict[str, Any]
State = dict[str, Any]
ROOT = "0"  # the scope of the process itself
MAX_MOVES = 20_000
MAX_PATH = 40
_MISSING = object()


class Core:
    """State maps: ``tokens`` id → {e element, s scope, f flow it came by, b branch path, w what it waits for, …};
    ``scopes`` id → {e element, p parent, t token that holds it, n tokens inside, v local variables, c compensation};
    ``tasks``, ``timers``, ``subs`` id → open rows; ``passed`` see passing.py; ``undo`` task → recall.
    """

    def __init__(self, model: Compiled, state: State, env: Env) -> None:
        self.model = model
        self.env = env
        self.state = state = dict(state)
        self.tokens: dict[str, Token] = dict(state["tokens"])
        self.scopes: dict[str, dict[str, Any]] = dict(state["scopes"])
        self.tasks: dict[str, dict[str, Any]] = dict(state["tasks"])
        self.timers: dict[str, dict[str, Any]] = dict(state["timers"])
        self.subs: dict[str, dict[str, Any]] = dict(state["subs"])
        self.counter: int = state["n"]
        self.mine: set[str] = set()  # scopes whose entry was copied in this step, and may be changed in place
        self.effects: list[fx.Effect] = []
        self.queue: list[tuple[N, str | None, str, str, Any]] = []  # node, flow, scope, path, carry
        self.arrived = 0  # how many of the queue have arrived
        self.empty: list[str] = []  # scopes that lost a token in this step
        self.changed = False  # variables were written
        self.moves = 0

    # -- ids and outcome ---------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        self.counter += 1
        return str(self.counter)

    def emit(self, effect: fx.Effect) -> None:
        self.effects.append(effect)

    def result(self) -> tuple[State, list[fx.Effect]]:
        state = self.state
        state["n"] = self.counter
        state["tokens"] = self.tokens
        state["scopes"] = self.scopes
        state["tasks"] = self.tasks
        state["timers"] = self.timers
        state["subs"] = self.subs
        return state, self.effects

    def put(self, key: str, entry: str, value: Any) -> None:
        """Replace one entry of a map of the state that is not copied up front."""
        self.state[key] = {**self.state.get(key, {}), entry: value}

    def node(self, key: str) -> N:
        return self.model.nodes[key]

    # -- tokens and scopes -------------------------------------------------------------------------------------------

    def add_token(self, node: N, scope: str, flow: str | None, path: str, waits: str, **more: Any) -> str:
        key = self.next_id()
        token: Token = {"e": node.id, "s": scope, "b": path, "w": waits, **more}
        if flow is not None:
            token["f"] = flow
        self.tokens[key] = token
        self.count(scope, 1)
        return key

    def set_token(self, key: str, **changes: Any) -> Token:
        token = self.tokens[key] = {**self.tokens[key], **changes}
        return token

    def count(self, scope: str, by: int) -> None:
        if scope in self.mine:
            self.scopes[scope]["n"] += by
        else:
            entry = self.scopes[scope]
            self.scopes[scope] = {**entry, "n": entry["n"] + by}
            self.mine.add(scope)
        if by < 0:
            self.empty.append(scope)

    def drop_token(self, key: str) -> Token:
        """Remove a token with what hangs on it: timers and subscriptions. Tasks are closed by who calls."""
        token = self.tokens.pop(key)
        self.count(token["s"], -1)
        if self.timers or self.subs:
            self.disarm("t", key)
        if self.state["undo"]:
            self.forget_undo(key)
        return token

    def disarm(self, by: str, key: str) -> None:
        """Cancel timers and subscriptions attached to a token (``t``) or scope (``sc``)."""
        for timer in [k for k, v in self.timers.items() if v.get(by) == key]:
            del self.timers[timer]
            self.emit(fx.CancelTimer(timer))
        for sub in [k for k, v in self.subs.items() if v.get(by) == key]:
            if self.subs.pop(sub)["k"] != "conditional":
                self.emit(fx.Unsubscribe(sub))

    def forget_undo(self, token: str) -> None:
        undo = self.state["undo"]
        left = {task: entry for task, entry in undo.items() if token not in entry["made"]}
        if len(left) != len(undo):
            self.state["undo"] = left

    def add_scope(self, element: str, parent: str | None, token: str | None, **more: Any) -> str:
        key = self.next_id()
        self.scopes[key] = {"e": element, "p": parent, "t": token, "n": 0, **more}
        return key

    def scopes_of(self, token: str) -> list[str]:
        return [key for key, scope in self.scopes.items() if scope["t"] == token]

    def whole(self, key: str) -> str:
        """The token of a multi-instance activity for that of one instance: boundary events hang on the whole."""
        scope = self.scopes[self.tokens[key]["s"]]
        return scope["t"] if "i" in scope and scope["e"] == self.tokens[key]["e"] else key

    # -- branch paths: which parallel branch a token is in -----------------------------------------------------------

    def fork(self, path: str, branches: int) -> list[str]:
        """Paths of the branches of a split: a new fork number each time, so loops are told apart."""
        mark = self.next_id()
        base = path
        if path.count("/") >= MAX_PATH:
            base = path.split("/", MAX_PATH // 2)[-1]
        prefix = f"{base}/" if base else ""
        return [f"{prefix}{mark}.{i}" for i in range(branches)]

    @staticmethod
    def common(paths: list[str]) -> str:
        """The branch in which branches that join again came apart."""
        first, *rest = [path.split("/") if path else [] for path in paths]
        for other in rest:
            size = 0
            while size < min(len(first), len(other)) and first[size] == other[size]:
                size += 1
            first = first[:size]
        return "/".join(first)

    @staticmethod
    def parallel(one: str, two: str) -> bool:
        """Whether two paths lie in different branches of one split."""
        for mine, theirs in zip(one.split("/"), two.split("/"), strict=False):
            if mine != theirs:
                return mine.split(".")[0] == theirs.split(".")[0]
        return False

    # -- variables ---------------------------------------------------------------------------------------------------

    def lookup(self, name: str, token: Token | None, scope: str | None) -> Any:
        if token is not None and "v" in token and name in token["v"]:
            return unpack(token["v"][name])
        while scope is not None:
            entry = self.scopes[scope]
            if "v" in entry and name in entry["v"]:
                return unpack(entry["v"][name])
            scope = entry["p"]
        if name in self.state["vars"]:
            return unpack(self.state["vars"][name])
        if name == "results":
            return unpack(self.state["results"])
        if name == "starter":
            return self.state["by"]
        return self.env.facts.get(name)

    def visible(self, token: Token | None, scope: str | None) -> dict[str, Any]:
        """Every variable a place can see, for decisions and called processes that take all."""
        layers: list[dict[str, Any]] = [self.state["vars"]]
        inner: list[dict[str, Any]] = []
        while scope is not None:
            entry = self.scopes[scope]
            inner.append(entry.get("v", {}))
            scope = entry["p"]
        layers += reversed(inner)
        if token is not None:
            layers.append(token.get("v", {}))
        found = dict(self.env.facts)
        for layer in layers:
            found.update({name: unpack(value) for name, value in layer.items()})
        return found

    def value(self, x: X, token: Token | None, scope: str | None, element: str) -> Any:
        try:
            context = {name: self.lookup(name, token, scope) for name in x.names}
            return x.expression.evaluate(context, now=self.env.now)
        except (EngineError, AssertionError):
            raise
        except Exception as problem:
            shown = self.node(element).node.shown if element in self.model.nodes else element
            raise EngineError("expression", f"“{shown}”的表达式“{x.text}”无法计算：{problem}", element) from problem

    def holds(self, x: X, token: Token | None, scope: str | None, element: str) -> bool:
        """A condition: true, or not. Null counts as not met, anything else is a fault of the model."""
        value = self.value(x, token, scope, element)
        if value is True or value is False or value is None:
            return value is True
        shown = self.node(element).node.shown
        raise EngineError("condition", f"“{shown}”的条件“{x.text}”得到 {value!r}，不是真假值", element)

    def write(self, data: Any, token: Token, element: str) -> None:
        """Variables that come out of an element. Only those some expression reads are kept.

        They go to the nearest place that has them; a multi-instance keeps its own; the rest belong to the process.
        Two parallel branches that give one variable different values are an error, never the last one's luck."""
        reads = self.model.reads
        keep = self.state["keep"]
        for name, raw in data.items():
            if reads is not None and name not in reads and name not in keep and "*" not in keep:
                continue
            value = pack(raw)
            self.changed = True
            if self._write_locally(name, value, token):
                continue
            known = self.state["vars"].get(name, _MISSING)
            path = token["b"]
            before = self.state["writes"].get(name, "")
            if known is not _MISSING and known != value and path and before and self.parallel(before, path):
                shown = self.node(element).node.shown
                raise EngineError(
                    "conflict",
                    f"“{shown}”与同时进行的另一分支给变量“{name}”写入了不同的值。请流程管理员修改模型：各分支使用不同变量，汇聚后再合并。",
                    element,
                )
            if path != before:
                writes = dict(self.state["writes"])
                if path:
                    writes[name] = path
                else:
                    writes.pop(name, None)
                self.state["writes"] = writes
            if known is _MISSING or known != value:
                self.state["vars"] = {**self.state["vars"], name: value}

    def _write_locally(self, name: str, value: Any, token: Token) -> bool:
        scope = token["s"]
        while scope is not None:
            entry = self.scopes[scope]
            if "v" in entry and (entry.get("l") or name in entry["v"]):
                self.scopes[scope] = {**entry, "v": {**entry["v"], name: value}}
                return True
            scope = entry["p"]
        return False
