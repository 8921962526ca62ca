"""A process made ready to run: nodes linked by reference, expressions compiled, tables for joins.

Compiled once per content hash and kept; a running instance holds only the hash, never compiled things.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from yipan.kernel.bpmn import Flow, Node, Process, Text

from .environment import Expression

Compile = Callable[[str], Expression]
MAX_KEPT = 512


class X:
    """A compiled expression and the names it reads."""

    __slots__ = ("expression", "names", "text")

    def __init__(self, text: str, compile_: Compile) -> None:
        self.text = text
        self.expression = compile_(text)
        self.names = tuple(self.expression.names)


class F:
    """A sequence flow."""

    __slots__ = ("condition", "flow", "id", "target")

    def __init__(self, flow: Flow, condition: X | None) -> None:
        self.id = flow.id
        self.flow = flow
        self.condition = condition
        self.target: N


class N:
    """A node with everything its execution looks up."""

    __slots__ = (
        "boundaries",
        "business_key",
        "call_key",
        "compensator",
        "completion",
        "condition",
        "decision",
        "default",
        "event_subs",
        "id",
        "inputs",
        "ins",
        "key",
        "kind",
        "link",
        "loop",
        "multi_output",
        "multi_over",
        "node",
        "outputs",
        "outs",
        "person",
        "plain_outs",
        "reach",
        "role",
        "script",
        "signers",
        "start",
        "timer",
        "undo_sub",
        "unit",
    )  # fmt: skip

    def __init__(self, node: Node, compile_: Compile, unit: str) -> None:
        def make(text: str) -> X | None:
            return X(text, compile_) if text else None

        def either(text: Text | None) -> X | str:
            if text is None:
                return ""
            return X(text.text, compile_) if text.is_expression else text.text

        self.node = node
        self.id = node.id
        self.kind = node.kind
        self.ins = node.incoming
        self.outs: list[F] = []
        self.plain_outs = True
        self.default: F | None = None
        self.boundaries: list[N] = []
        self.compensator: N | None = None
        self.event_subs: list[tuple[N, N]] = []  # (event subprocess, its start) of a container
        self.start: N | None = None
        self.undo_sub = ""  # the compensation event sub-process of a sub-process
        self.link: N | None = None
        self.reach: dict[str, frozenset[str]] = {}
        self.condition = make(node.event.condition)
        self.key = make(node.event.key)
        timer = node.event.timer
        self.timer = X(timer.text.text, compile_) if timer is not None and timer.text.is_expression else None
        self.script = make(node.script)
        self.decision = either(node.decision)
        work = node.work
        self.role = either(work.role)
        self.unit = make(work.unit or (unit if node.kind == "user" else ""))
        self.person = make(work.person)
        self.signers = make(work.signers)
        multi = node.multi
        self.multi_over = make(multi.collection or multi.cardinality) if multi else None
        self.multi_output = make(multi.output) if multi else None
        self.completion = make(multi.completion) if multi else None
        self.loop = make(node.loop.condition) if node.loop else None
        self.inputs = [(name, X(text, compile_)) for name, text in node.inputs]
        self.outputs = [(name, X(text, compile_)) for name, text in node.outputs]
        self.call_key = either(node.call.key) if node.call else ""
        self.business_key = make(node.call.business_key) if node.call else None

    def expressions(self) -> Iterable[X]:
        for name in ("condition", "key", "timer", "script", "decision", "role", "unit", "person", "signers",
                     "multi_over", "multi_output", "completion", "loop", "call_key", "business_key"):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, X):
                yield value
        yield from (x for _, x in (*self.inputs, *self.outputs))


class Compiled:
    """``reads``: the variables some expression of the model reads (None: every variable may be read)."""

    def __init__(self, process: Process, compile_: Compile) -> None:
        self.process = process
        self.nodes = {key: N(node, compile_, process.unit) for key, node in process.nodes.items()}
        self._flows(compile_)
        self._hang_on()
        for node in self.nodes.values():
            if node.kind == "inclusive" and len(node.ins) > 1:
                node.reach = self._reach(node)
        self.starts = [n for n in self.nodes.values() if n.kind == "start" and not n.node.scope]
        self.start = next((n for n in self.starts if n.node.event.kind == "none"), None)
        self.beginnings = self._beginnings()
        self.order = self._order()
        self.root_subs = self._event_subs("")
        self._read_within: dict[str, frozenset[str] | None] = {}
        self.reads = _names(self.nodes.values())
        self.uses_results = self.reads is None or "results" in self.reads
        self.has_inclusive = any(n.reach for n in self.nodes.values())

    def starts_by(self, kind: str, name: str) -> list[N]:
        """What a message or signal of this name begins an instance at: start events, and receive tasks or events of a
        gateway that instantiate (BPMN 2.0.2 10.4.1 and 10.6.6)."""
        events = [node.node.event for node in self.beginnings]
        return [n for n, e in zip(self.beginnings, events, strict=True) if (e.kind, e.name) == (kind, name)]

    def _order(self) -> dict[str, int]:
        """How many flows lie between a beginning and each element, at least."""
        found: dict[str, int] = {}
        edge = [n for n in self.nodes.values() if not n.ins]
        distance = 0
        while edge:
            found |= {n.id: distance for n in edge}
            ahead = {target.id: target for n in edge for target in _targets(n) if target.id not in found}
            edge, distance = list(ahead.values()), distance + 1
        return found | {key: distance for key in self.nodes if key not in found}

    def ahead(self, element: str, *, without: str) -> set[str]:
        """Elements a token at ``element`` can get to, itself included, not passing ``without``."""
        found: set[str] = set()
        waiting = [self.nodes[element]]
        while waiting:
            node = waiting.pop()
            if node.id not in found and node.id != without:
                found.add(node.id)
                waiting += _targets(node)
        return found

    def _beginnings(self) -> list[N]:
        gateways = [n for n in self.nodes.values() if n.kind == "event_based" and n.node.instantiates]
        raced = [flow.target for gateway in gateways for flow in gateway.outs]
        alone = [n for n in self.nodes.values() if n.kind == "receive" and n.node.instantiates and not n.ins]
        return [*self.starts, *raced, *alone]

    def _flows(self, compile_: Compile) -> None:
        flows: dict[str, F] = {}
        for flow in self.process.flows.values():
            made = F(flow, X(flow.condition, compile_) if flow.condition else None)
            made.target = self.nodes[flow.target]
            flows[flow.id] = made
        for node in self.nodes.values():
            node.outs = [flows[f] for f in node.node.outgoing]
            node.default = flows.get(node.node.default)
            node.plain_outs = all(f.condition is None for f in node.outs) and node.default is None

    def _hang_on(self) -> None:
        links = {
            (n.node.scope, n.node.event.name): n
            for n in self.nodes.values()
            if n.kind == "catch" and n.node.event.kind == "link"
        }
        for node in self.nodes.values():
            host = self.nodes.get(node.node.attached_to)
            if host is not None:
                if node.node.event.kind == "compensation":
                    host.compensator = next(n for n in self.nodes.values() if n.node.compensates == host.id)
                else:
                    host.boundaries.append(node)
            if node.kind == "throw" and node.node.event.kind == "link":
                node.link = links[node.node.scope, node.node.event.name]
            if node.kind in ("subprocess", "transaction", "event_subprocess"):
                starts = self.process.starts(node.id)
                node.start = self.nodes[starts[0].id] if starts else None
                node.event_subs = self._event_subs(node.id)
                undoing = [sub.id for sub, start in node.event_subs if start.node.event.kind == "compensation"]
                node.undo_sub = undoing[0] if undoing else ""

    def _event_subs(self, scope: str) -> list[tuple[N, N]]:
        inside = [self.nodes[key] for key in self.process.children.get(scope, ())]
        return [
            (node, self.nodes[self.process.starts(node.id)[0].id]) for node in inside if node.kind == "event_subprocess"
        ]

    def _reach(self, join: N) -> dict[str, frozenset[str]]:
        """For every node the incoming flows of the join that a token there can still get to without passing it."""
        backward: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.node.scope != join.node.scope or node is join:
                continue
            for target in _targets(node):
                backward.setdefault(target.id, []).append(node.id)
        found: dict[str, set[str]] = {}
        for flow_id in join.ins:
            waiting = [self.process.flows[flow_id].source]
            seen: set[str] = set()
            while waiting:
                key = waiting.pop()
                if key in seen or key == join.id:
                    continue
                seen.add(key)
                found.setdefault(key, set()).add(flow_id)
                waiting += backward.get(key, [])
        return {key: frozenset(flows) for key, flows in found.items()}

    def within(self, container: str) -> list[N]:
        """An activity and everything inside it."""
        found = [self.nodes[container]]
        for key in self.process.children.get(container, ()):
            found += self.within(key)
        return found

    def reads_within(self, container: str) -> frozenset[str] | None:
        """What one instance of an activity reads, apart from the collection that its instances are made of."""
        if container not in self._read_within:
            self._read_within[container] = _names(self.within(container), but=self.nodes[container].multi_over)
        return self._read_within[container]


def _names(nodes: Iterable[N], *, but: X | None = None) -> frozenset[str] | None:
    """The variables that elements read; None when there are some that read whatever there is."""
    names: set[str] = set()
    for node in nodes:
        if (node.kind == "rule" and not node.inputs) or (node.node.call is not None and node.node.call.all_in):
            return None
        for x in node.expressions():
            names.update(x.names if x is not but else ())
        for flow in node.outs:
            if flow.condition is not None:
                names.update(flow.condition.names)
    return frozenset(names)


def _targets(node: N) -> list[N]:
    """Where tokens get from an element: flows, boundary events, the other end of a link."""
    return [f.target for f in node.outs] + node.boundaries + ([node.link] if node.link is not None else [])


_kept: OrderedDict[tuple[str, int], Compiled] = OrderedDict()


def compiled(process: Process, compile_: Compile | None = None) -> Compiled:
    """The compiled form; the same object for the same content until MAX_KEPT others were used since."""
    if compile_ is None:
        from yipan.kernel import feel

        compile_ = feel.compile
    key = (process.sha256, id(compile_))
    made = _kept.get(key)
    if made is None:
        made = _kept[key] = Compiled(process, compile_)
        if len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
    return made
