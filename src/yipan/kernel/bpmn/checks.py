"""What the graph as a whole says: reachability, gateways that can block, tasks nobody can take, shared variables."""

from collections.abc import Iterable

from .findings import Finding, Severity
from .model import ACTIVITIES, Node, Process


def check_graph(process: Process) -> list[Finding]:
    """Findings about structure, for a model whose elements are sound one by one."""
    return _Check(process).run()


class _Check:
    def __init__(self, process: Process) -> None:
        self.process = process
        self.nodes = process.nodes
        self.found: list[Finding] = []

    def say(self, node: Node, severity: Severity, message: str, remedy: str = "") -> None:
        self.found.append(Finding(node.id, node.name, node.line, severity, message, remedy))

    def run(self) -> list[Finding]:
        for scope, ids in self.process.children.items():
            self._scope(scope, [self.nodes[i] for i in ids])
        for node in self.nodes.values():
            self._node(node)
        return self.found

    # -- scopes ------------------------------------------------------------------------------------------------------

    def _scope(self, scope: str, nodes: list[Node]) -> None:
        starts = [n for n in nodes if n.kind == "start"]
        owner = self.nodes.get(scope)
        if not starts and nodes and not any(n.instantiates for n in nodes):
            self._no_start(owner, nodes)
        if owner is not None and owner.kind == "event_subprocess" and len(starts) != 1:
            self.say(owner, "error", "事件子流程须恰有一个开始事件", "请只保留一个")
        if owner is not None and owner.kind != "event_subprocess":
            for start in starts:
                if start.event.kind != "none":
                    self.say(start, "error", "普通子流程的开始事件只能是空事件", "请改为空开始事件")
        if len([s for s in starts if s.event.kind == "none"]) > 1:
            self.say(starts[1], "error", "一个范围内有多个空开始事件，不知从哪里开始", "请合并为一个")
        self._links(nodes)
        begins = [n for n in nodes if n.kind == "start" or n.instantiates]
        if begins:
            self._unreachable(nodes, begins)
        for node in nodes:
            if node.kind == "parallel" and len(node.incoming) > 1:
                self._deadlock(node)
            if len(node.outgoing) > 1 and (node.kind in ("parallel", "inclusive") or node.kind in ACTIVITIES):
                self._shared_writes(node)

    def _no_start(self, owner: Node | None, nodes: list[Node]) -> None:
        if owner is None:
            process = self.process
            self.found.append(
                Finding(process.id, process.name, process.line, "error", "流程没有开始事件", "请画一个开始事件")
            )
        elif all(n.incoming or n.kind in ("boundary", "event_subprocess") for n in nodes):
            self.say(owner, "error", "子流程没有开始事件，也没有可以最先进行的环节", "请画一个空开始事件")

    def _links(self, nodes: list[Node]) -> None:
        catches: dict[str, int] = {}
        for node in nodes:
            if node.kind == "catch" and node.event.kind == "link":
                catches[node.event.name] = catches.get(node.event.name, 0) + 1
                if catches[node.event.name] > 1:
                    self.say(node, "error", f"链接“{node.event.name}”有多个入口", "请只保留一个")
        for node in nodes:
            if node.kind == "throw" and node.event.kind == "link" and node.event.name not in catches:
                self.say(node, "error", f"链接“{node.event.name}”没有对应的入口", "请画一个同名的链接捕获事件")

    def _unreachable(self, nodes: list[Node], starts: list[Node]) -> None:
        seen = self.forward([s.id for s in starts])
        for node in nodes:
            special = node.kind == "event_subprocess" or node.for_compensation or node.instantiates
            if node.id not in seen and not special:
                self.say(node, "warning", "从开始事件无法到达", "请连上顺序流，或删去")

    def forward(self, start: Iterable[str], without: str = "") -> set[str]:
        """Nodes reachable along flows, links and boundary events, not passing ``without``."""
        seen: set[str] = set()
        waiting = [s for s in start if s != without]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            waiting += [n for n in self._next(self.nodes[key]) if n != without and n not in seen]
        return seen

    def _next(self, node: Node) -> list[str]:
        found = [self.process.flows[f].target for f in node.outgoing]
        if node.kind in ACTIVITIES:
            found += [b.id for b in self.process.boundaries(node.id)]
        if node.kind == "throw" and node.event.kind == "link":
            found += [
                n.id for n in self.nodes.values()
                if (n.kind, n.event.kind, n.event.name, n.scope) == ("catch", "link", node.event.name, node.scope)
            ]  # fmt: skip
        return found

    # -- gateways ----------------------------------------------------------------------------------------------------

    def _deadlock(self, join: Node) -> None:
        """A parallel join needs one split that feeds each pair of its inputs with separate tokens."""
        sources = {f: self.process.flows[f].source for f in join.incoming}
        splits = [n for n in self.nodes.values() if n.scope == join.scope and self._splits(n) and n.id != join.id]
        ways = {n.id: [self._way(f, join.id) for f in n.outgoing] + self._side_ways(n, join.id) for n in splits}
        flows = list(sources)
        for i, first in enumerate(flows):
            for second in flows[i + 1 :]:
                if not any(self._feeds(w, sources[first], sources[second], first, second) for w in ways.values()):
                    self.say(
                        join,
                        "warning",
                        "并行汇聚可能永远等不齐：没有并行分支同时通向它的每个入口",
                        "请检查分支与汇聚是否成对（排他分支应以排他网关汇聚）",
                    )
                    return
        self._leaks(join, splits)

    def _splits(self, node: Node) -> bool:
        if node.kind in ("parallel", "inclusive"):
            return len(node.outgoing) > 1
        if node.kind not in ACTIVITIES and node.kind != "start":
            return False
        return len(node.outgoing) > 1 or any(not b.interrupting for b in self.process.boundaries(node.id))

    def _way(self, flow: str, join: str) -> tuple[str, set[str]]:
        return flow, self.forward([self.process.flows[flow].target], without=join)

    def _side_ways(self, node: Node, join: str) -> list[tuple[str, set[str]]]:
        if node.kind not in ACTIVITIES:
            return []
        sides = [b for b in self.process.boundaries(node.id) if not b.interrupting]
        return [(b.id, self.forward([b.id], without=join)) for b in sides]

    @staticmethod
    def _feeds(ways: list[tuple[str, set[str]]], one: str, two: str, first: str, second: str) -> bool:
        """Whether two different outputs of a split lead to the two inputs of the join."""
        to_one = [flow for flow, seen in ways if one in seen or flow == first]
        to_two = [flow for flow, seen in ways if two in seen or flow == second]
        return any(a != b for a in to_one for b in to_two)

    def _leaks(self, join: Node, splits: list[Node]) -> None:
        """An exclusive decision between split and join that can lead away from the join for good."""
        for split in splits:
            if split.kind not in ("parallel", "inclusive"):
                continue
            inside = self.forward([self.process.flows[f].target for f in split.outgoing], without=join.id)
            if not all(self.process.flows[f].source in inside | {split.id} for f in join.incoming):
                continue
            for key in inside:
                node = self.nodes[key]
                if node.kind != "exclusive" or len(node.outgoing) < 2:
                    continue
                for flow in node.outgoing:
                    if self._leads_away(self.process.flows[flow].target, join.id, split.id):
                        self.say(
                            node,
                            "warning",
                            f"这里的一个分支离开并行块，汇聚“{join.shown}”可能永远等不齐",
                            "请让每个分支都通向汇聚，或用终止事件结束",
                        )
                        return

    def _leads_away(self, start: str, join: str, split: str) -> bool:
        seen = self.forward([start])
        if join in seen or split in seen:
            return False
        ends = [self.nodes[k] for k in seen if self.nodes[k].kind == "end"]
        return not any(e.event.kind in ("terminate", "error", "cancel") for e in ends)

    def _shared_writes(self, split: Node) -> None:
        """Two branches that give one variable its value: which one would hold?"""
        reach = [self.forward([self.process.flows[f].target]) for f in split.outgoing]
        for i, mine in enumerate(reach):
            for j in range(i + 1, len(reach)):
                common = mine & reach[j]
                writers = {self.nodes[k].result: k for k in mine - common if self._writes(k)}
                for key in reach[j] - common:
                    if self._writes(key) and self.nodes[key].result in writers:
                        other = self.nodes[writers[self.nodes[key].result]]
                        variable = self.nodes[key].result
                        self.say(
                            self.nodes[key],
                            "error",
                            f"与并行分支中的“{other.shown}”写同一个变量 {variable}，结果不确定",
                            "请换一个变量名，汇聚后再合并",
                        )

    def _writes(self, key: str) -> bool:
        return bool(self.nodes[key].result) and self.nodes[key].kind in ("script", "rule", "service")

    # -- single nodes ------------------------------------------------------------------------------------------------

    def _node(self, node: Node) -> None:
        if node.kind == "user":
            work = node.work
            if work.role is None and not work.person and not work.signers:
                self.say(
                    node,
                    "warning",
                    "没有人可以办理：未指明角色、人员或会签人",
                    "请填写 yipan:role、yipan:person 或 yipan:signers",
                )
            for other in work.not_same_as:
                if other != "starter" and (other not in self.nodes or self.nodes[other].kind != "user"):
                    self.say(node, "error", f"回避的任务 {other} 不存在", "请填写用户任务的标识，或 starter")
        if node.kind == "exclusive" and len(node.outgoing) > 1:
            self._decision(node)
        if node.kind == "inclusive" and len(node.outgoing) > 1 and not node.default:
            conditions = [self.process.flows[f].condition for f in node.outgoing]
            if all(conditions):
                self.say(node, "warning", "包容网关没有默认流，条件都不成立时流程停住", "请设置默认流")
        if node.kind in ("parallel", "event_based"):
            for flow in node.outgoing:
                if self.process.flows[flow].condition:
                    self.say(node, "error", "并行网关和事件网关的出口不能带条件", "请改用包容网关，或删去条件")
        if node.kind == "event_based":
            self._event_gateway(node)
        if node.instantiates and (node.incoming or node.scope):
            self.say(
                node,
                "error",
                "启动流程的事件网关或接收任务不能有进入的顺序流，也不能放在子流程里",
                "请去掉进入的顺序流，或取消“启动流程”（instantiate）",
            )
        if node.kind == "boundary":
            self._boundary(node)
        if node.kind == "start" and node.incoming:
            self.say(node, "error", "开始事件不能有进入的顺序流", "请把流连到开始事件之后")
        if node.kind == "end" and node.outgoing:
            self.say(node, "error", "结束事件不能有离开的顺序流", "请改为中间事件")

    def _decision(self, node: Node) -> None:
        for flow in node.outgoing:
            if not self.process.flows[flow].condition and flow != node.default:
                self.say(node, "error", f"出口 {flow} 没有条件，也不是默认流", "请填写条件，或设为默认流")
        if not node.default:
            self.say(node, "warning", "没有默认流，条件都不成立时流程停住", "请设置默认流")

    def _event_gateway(self, node: Node) -> None:
        for flow in node.outgoing:
            target = self.nodes[self.process.flows[flow].target]
            if target.kind != "receive" and not (target.kind == "catch" and target.event.kind != "link"):
                self.say(node, "error", f"事件网关之后只能是捕获事件或接收任务，“{target.shown}”不是", "请改正")
        if len(node.outgoing) < 2:
            self.say(node, "warning", "事件网关只有一个出口", "请直接使用捕获事件")

    def _boundary(self, node: Node) -> None:
        host = self.nodes.get(node.attached_to)
        if host is None or host.kind not in ACTIVITIES:
            self.say(node, "error", "边界事件须附在活动上", "请把它拖到一个任务或子流程上")
        elif node.event.kind == "cancel" and host.kind != "transaction":
            self.say(node, "error", "取消边界事件只能附在事务上", "请改用错误边界事件")
        elif not node.outgoing and node.event.kind != "compensation":
            self.say(node, "warning", "边界事件之后没有连线，触发后什么也不做", "请连上顺序流")
