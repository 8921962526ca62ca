"""Let a running instance go on under another version of its process, by an explicit plan.

    problems = check(old, new, state, plan)      # a trial run: nothing changes
    state, effects = migrate(old, new, state, plan, env)

Tasks, timers and people stay what they are; elements get their new names, boundary events and event sub-processes that
are new are armed, those that are gone are disarmed. ``spawn`` begins an element beside open ones (a fourth department
while three are at it), ``cancel`` ends open ones whose element is given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import effects as fx
from .activities import WAITED_FOR
from .compiled import Compiled, N
from .core import ROOT, State
from .environment import Env
from .errors import Refused
from .moves import Moves

Kind = Literal["needs mapping", "refused"]


@dataclass(frozen=True, slots=True)
class Spawn:
    """Begin ``element`` (new version) in a branch of its own beside the first of ``beside`` (old version) that is open:
    elements that lie directly in other branches of the same split, or the join these branches meet in."""

    element: str
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """``elements`` and ``flows``: old id → new id, for those that are not called the same; ``flows`` matter for tokens
    that wait at a join. ``cancel``: old elements whose open work ends."""

    elements: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)
    spawn: tuple[Spawn, ...] = ()
    cancel: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.elements or self.flows or self.spawn or self.cancel)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an instance cannot be migrated: ``needs mapping`` can be mended by the plan, ``refused`` cannot."""

    kind: Kind
    element: str
    message: str


def check(old: Compiled, new: Compiled, state: State, plan: Plan) -> list[Problem]:
    """Everything in the way of a migration; empty when it can be made."""
    return _Check(old, new, state, plan).run()


def migrate(old: Compiled, new: Compiled, state: State, plan: Plan, env: Env) -> tuple[State, list[fx.Effect]]:
    """The state under the new version, and what the surroundings must do. Raises Refused with every problem."""
    problems = check(old, new, state, plan)
    if problems:
        raise Refused("migration", "；".join(problem.message for problem in problems))
    before = Moves(old, state, env)
    spawned = [(spawn, _place(before, spawn, number)) for number, spawn in enumerate(plan.spawn)]
    for key, token in list(before.tokens.items()):
        if token["e"] in plan.cancel and key in before.tokens:
            before.cancel_token(key)
    half, effects = before.result()
    run = Moves(new, _renamed(half, new, plan), env)
    run.empty = list(before.empty)
    _rearm(run, old, plan)
    for spawn, (scope, path) in spawned:
        node = run.node(spawn.element)
        run.go(node, node.ins[0] if node.ins else None, scope, path)
    _fire_joins(run)
    run.settle()
    after, more = run.result()
    return after, [*effects, *more]


# -- checking ---------------------------------------------------------------------------------------------------------


class _Check:
    def __init__(self, old: Compiled, new: Compiled, state: State, plan: Plan) -> None:
        self.old, self.new, self.state, self.plan = old, new, state, plan
        self.found: list[Problem] = []

    def say(self, kind: Kind, element: str, message: str) -> None:
        problem = Problem(kind, element, message)
        if problem not in self.found:
            self.found.append(problem)

    def run(self) -> list[Problem]:
        for token in self.state["tokens"].values():
            if token["e"] not in self.plan.cancel and not self._inside_cancelled(token["s"]):
                self._token(token)
        for key, scope in self.state["scopes"].items():
            if scope["e"] not in self.plan.cancel and not self._inside_cancelled(key):
                self._undoing(scope)
        for spawn in self.plan.spawn:
            self._spawn(spawn)
        if any("part" in token for token in self.state["tokens"].values()):
            return self.found
        left = [t for t in self.state["tokens"].values() if t["s"] == ROOT and t["e"] not in self.plan.cancel]
        if not left and not self.plan.spawn:
            self.say("refused", "", "撤销之后没有任何环节在办理，流程会就此结束；要结束请用“终止”")
        return self.found

    def _inside_cancelled(self, scope: str | None) -> bool:
        while scope is not None and scope != ROOT:
            entry = self.state["scopes"][scope]
            if entry["e"] in self.plan.cancel:
                return True
            scope = entry["p"]
        return False

    def _token(self, token: Mapping[str, Any]) -> None:
        before = self.old.nodes[token["e"]]
        shown = before.node.shown
        after = self.new.nodes.get(self.plan.elements.get(before.id, before.id))
        if after is None:
            self.say("needs mapping", before.id, f"新版本中没有“{shown}”（{before.id}），须指明对应的环节，或撤销它")
            return
        if after.kind != before.kind:
            self.say("refused", before.id, f"“{shown}”在新版本中是另一种元素，打开的工作无法转过去")
        elif (after.node.multi is None) != (before.node.multi is None) or (after.loop is None) != (before.loop is None):
            self.say("refused", before.id, f"“{shown}”在新版本中的重复方式不同（多实例或循环）")
        if token["w"] == "task" and after.node.work.act != before.node.work.act:
            self.say("refused", before.id, f"“{shown}”在新版本中的办理动作不同，打开的任务无法转过去")
        container = self.state["scopes"][token["s"]]["e"]
        wanted = self.plan.elements.get(container, container)
        if after.node.scope != (wanted if wanted != after.id else self.new.nodes[wanted].node.scope):
            self.say("refused", before.id, f"“{shown}”在新版本中位于另一个子流程")
        if token["w"] == "join":
            self._waits(token, after, shown)

    def _undoing(self, scope: Mapping[str, Any]) -> None:
        """What was done can still be undone, and what is being undone goes on."""
        work = scope.get("cw", {})
        needed = [work["node"]] if work else []
        waiting = [*scope.get("c", []), *work.get("todo", [])]
        while waiting:
            record = waiting.pop()
            needed += [record["h"]] if record["h"] else []
            waiting += record["c"]
        for element in dict.fromkeys(needed):
            if self.plan.elements.get(element, element) not in self.new.nodes:
                shown = self.old.nodes[element].node.shown
                self.say(
                    "needs mapping",
                    element,
                    f"新版本中没有“{shown}”（{element}），已办的事将无法补偿，须指明对应的环节",
                )

    def _waits(self, token: Mapping[str, Any], after: N, shown: str) -> None:
        flow = self.plan.flows.get(token["f"], token["f"])
        if flow not in after.ins:
            self.say(
                "needs mapping",
                after.id,
                f"已有分支从 {token['f']} 到达汇聚“{shown}”，新版本中没有这条线，须指明对应的线",
            )

    def _spawn(self, spawn: Spawn) -> None:
        node = self.new.nodes.get(spawn.element)
        if node is None:
            self.say("refused", spawn.element, f"新版本中没有要增开的环节 {spawn.element}")
        elif not any(token["e"] in spawn.beside for token in self.state["tokens"].values()):
            names = "、".join(spawn.beside)
            self.say("refused", spawn.element, f"“{node.node.shown}”不能增开：旁边的环节（{names}）都不在办理中")


# -- making -----------------------------------------------------------------------------------------------------------


def _place(run: Moves, spawn: Spawn, number: int) -> tuple[str, str]:
    """Scope and branch of what is spawned: one more branch of the split the others came from."""
    beside = next(
        token for element in spawn.beside for token in run.tokens.values() if token["e"] == element
    )  # fmt: skip
    scope, path = beside["s"], beside["b"]
    head, _, last = path.rpartition("/")
    if not last:
        return scope, run.fork("", 1)[0]
    mark = last.split(".")[0]
    prefix = f"{head}/{mark}." if head else f"{mark}."
    used = [
        int(token["b"][len(prefix) :].split("/")[0])
        for token in run.tokens.values()
        if token["s"] == scope and token["b"].startswith(prefix)
    ]
    return scope, f"{prefix}{max(used, default=0) + 1000 + number}"  # far above the branches that have ended already


def _renamed(state: State, new: Compiled, plan: Plan) -> State:
    """The state with the new names of elements, and of flows that tokens came by."""

    def name(element: str) -> str:
        return plan.elements.get(element, element)

    changed = dict(state)
    for part in ("tokens", "tasks", "timers", "subs", "scopes"):
        changed[part] = {key: {**entry, "e": name(entry["e"])} for key, entry in state[part].items()}
    changed["tokens"] = {
        key: {**token, "f": plan.flows.get(token["f"], token["f"])} if "f" in token else token
        for key, token in changed["tokens"].items()
    }
    changed["scopes"] = {key: _scope(entry, name) for key, entry in changed["scopes"].items()}
    passed = [{**entry, "e": name(entry["e"])} for entry in state["passed"].values()]
    changed["passed"] = {f"{entry['e']}|{entry['s']}": entry for entry in passed}
    changed["results"] = {name(element): value for element, value in state["results"].items()}
    changed["undo"] = {}  # what was decided under the old version is not taken back under the new one
    reads = new.reads
    if reads is not None and "*" not in state["keep"]:
        changed["vars"] = {k: v for k, v in state["vars"].items() if k in reads or k in state["keep"]}
    return changed


def _scope(entry: dict[str, Any], name: Any) -> dict[str, Any]:
    def record(one: dict[str, Any]) -> dict[str, Any]:
        renamed = {key: name(one[key]) for key in ("e", "h") if one.get(key)}  # to do since format 1: without ``e``
        return {**one, **renamed, "c": [record(inner) for inner in one["c"]]}

    made = dict(entry)
    if "c" in entry:
        made["c"] = [record(one) for one in entry["c"]]
    if "cw" in entry:
        work = entry["cw"]
        made["cw"] = {**work, "node": name(work["node"]), "todo": [record(one) for one in work["todo"]]}
    return made


def _rearm(run: Moves, old: Compiled, plan: Plan) -> None:
    """Timers and subscriptions as the new version has them: gone ones cancelled, new ones armed, others untouched."""
    kept: set[tuple[str, str]] = set()
    known = _known(run, old, plan)
    for rows, gone in ((run.timers, fx.CancelTimer), (run.subs, fx.Unsubscribe)):
        for key, entry in list(rows.items()):
            holder = entry.get("t") or entry["sc"]
            if _still_waits(run, entry):
                kept.add((holder, entry["e"]))
            else:
                del rows[key]
                if entry.get("k") != "conditional":
                    run.emit(gone(key))
    for key, token in list(run.tokens.items()):
        node = run.node(token["e"])
        if run.whole(key) != key or "part" in token:
            continue  # what hangs on a part hangs on its parent
        for boundary in node.boundaries:
            waits = boundary.node.event.kind in WAITED_FOR
            if waits and boundary.id not in known and (key, boundary.id) not in kept:
                run.arm(boundary, token=key)
    for key, scope in list(run.scopes.items()):
        if "outer" in scope:
            continue
        subs = run.model.root_subs if key == ROOT else run.node(scope["e"]).event_subs if "i" not in scope else []
        for _, start in subs:
            waits = start.node.event.kind in WAITED_FOR
            if waits and start.id not in known and (key, start.id) not in kept:
                run.arm(start, scope=key)


def _known(run: Moves, old: Compiled, plan: Plan) -> set[str]:
    """Events that the old version had, too, by their new names: what does not wait any more has fired."""
    found: set[str] = set()
    for element, node in old.nodes.items():
        after = run.model.nodes.get(plan.elements.get(element, element))
        if after is not None and after.node.event.kind == node.node.event.kind:
            found.add(after.id)
    return found


def _still_waits(run: Moves, entry: Mapping[str, Any]) -> bool:
    """Whether the event of a row is there in the new version, at the place that waits for it, and of the same kind."""
    node = run.model.nodes.get(entry["e"])
    if node is None:
        return False
    kind = entry.get("k", "timer")
    if node.node.event.kind != kind:
        return False
    if "sc" in entry:
        return node.kind == "start"
    token = run.tokens[entry["t"]]
    if node.kind == "boundary":
        return node.node.attached_to == token["e"]
    raced = token["w"] == "race" and any(flow.target is node for flow in run.node(token["e"]).outs)
    return node.id == token["e"] or raced


def _fire_joins(run: Moves) -> None:
    """A join that has fewer inputs now may have everything it waits for."""
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for key, token in run.tokens.items():
        if token["w"] == "join" and run.node(token["e"]).kind == "parallel":
            groups.setdefault((token["e"], token["s"]), {}).setdefault(token["f"], key)
    for (element, scope), by_flow in groups.items():
        node = run.node(element)
        if set(node.ins) <= by_flow.keys():
            last = by_flow[node.ins[-1]]
            path = run.drop_token(last)["b"]
            run.go(node, node.ins[-1], scope, path)


__all__ = ["Plan", "Problem", "Spawn", "check", "migrate"]
