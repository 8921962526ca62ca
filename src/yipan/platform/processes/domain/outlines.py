"""The plain list of a process's steps, in document order, kept with its definition."""

from collections.abc import Mapping
from typing import Any

from yipan.kernel.bpmn import Node, Process

from . import holders

NAMED = frozenset(("user", "manual", "task", "receive", "call"))


def outline_of(process: Process) -> list[dict[str, Any]]:
    """Named steps, in the order in which a case first comes to them: breadth first from the start events."""
    order = reading_order(process)
    return [
        {
            "id": node.id,
            "name": node.shown,
            "kind": node.kind,
            "act": node.work.act,
            "applicant": bool(node.work.role is not None and node.work.role.text == holders.APPLICANT),
        }
        for node in order
        if node.kind in NAMED
    ]


def reading_order(process: Process) -> list[Node]:
    """Nodes by the longest way that tokens take to them without loops, so that a join comes after its branches."""
    nodes = process.nodes
    depth: dict[str, int] = {}

    def visit(key: str, level: int, path: frozenset[str]) -> None:
        if key in path or depth.get(key, -1) >= level or level > len(nodes):
            return
        depth[key] = level
        node = nodes[key]
        path = path | {key}
        for flow in node.outgoing:
            visit(process.flows[flow].target, level + 1, path)
        for boundary in process.boundaries(key):
            visit(boundary.id, level + 1, path)
        for inner in process.starts(key) if node.kind in ("subprocess", "transaction", "event_subprocess") else ():
            visit(inner.id, level + 1, path)

    for start in process.starts():
        visit(start.id, 0, frozenset())
    position = {key: at for at, key in enumerate(nodes)}
    return sorted(nodes.values(), key=lambda node: (depth.get(node.id, len(nodes)), position[node.id]))


def reachable(process: Process, elements: Mapping[str, Any] | set[str]) -> set[str]:
    """Elements that lie ahead of some elements along the flows."""
    ahead: set[str] = set()
    waiting = list(elements)
    while waiting:
        node = process.nodes.get(waiting.pop())
        if node is None:
            continue
        for flow in node.outgoing:
            target = process.flows[flow].target
            if target not in ahead:
                ahead.add(target)
                waiting.append(target)
    return ahead
