"""A place for every element of a model that was drawn without a diagram: columns by distance from the start.

Sub-processes are as large as what lies in them, boundary events sit on the lower edge of their activity, event
sub-processes and compensation handlers stand in a row below.
"""

from collections import deque

from .model import CONTAINERS, GATEWAYS, Node, Process, Shape

TASK, GATEWAY, EVENT = (120.0, 72.0), (44.0, 44.0), (36.0, 36.0)
GAP_X, GAP_Y, PADDING, HEAD = 60.0, 40.0, 24.0, 28.0
EVENTS = frozenset(("start", "end", "catch", "throw", "boundary"))
Placed = dict[str, tuple[float, float, float, float]]  # x, y, width, height


def layout(process: Process) -> dict[str, Shape]:
    placed, _, _ = _scope(process, "")
    return {key: Shape(key, *box) for key, box in placed.items()}


def size_of(node: Node) -> tuple[float, float]:
    """The size of an element that holds nothing."""
    if node.kind in GATEWAYS:
        return GATEWAY
    return EVENT if node.kind in EVENTS else TASK


def _scope(process: Process, scope: str) -> tuple[Placed, float, float]:
    """Everything in a scope with its insides, from (0, 0); the width and height it takes."""
    nodes = [process.nodes[key] for key in process.children.get(scope, ())]
    insides = {node.id: _scope(process, node.id) for node in nodes if node.kind in CONTAINERS}
    sizes = {node.id: _size(node, insides) for node in nodes}
    columns = _columns(process, nodes)
    placed: Placed = {}
    x = height = 0.0
    for column in columns:
        width, y = max(sizes[node.id][0] for node in column), 0.0
        for node in column:
            w, h = sizes[node.id]
            # Small things stand in the middle of the lane that a task would take.
            placed[node.id] = (x + (width - w) / 2, y + max(TASK[1] - h, 0) / 2, w, h)
            y += max(h, TASK[1]) + GAP_Y
        x, height = x + width + GAP_X, max(height, y - GAP_Y)
    width = max(x - GAP_X, 0.0)
    below = [node for node in nodes if _stands_below(node)]
    x = 0.0
    for node in below:
        w, h = sizes[node.id]
        placed[node.id] = (x, height + GAP_Y, w, h)
        x, width = x + w + GAP_X, max(width, x + w)
    if below:
        height += GAP_Y + max(sizes[node.id][1] for node in below)
    for node in nodes:
        inside = insides.get(node.id)
        if inside is not None:
            left, top = placed[node.id][0] + PADDING, placed[node.id][1] + HEAD
            placed |= {key: (left + a, top + b, w, h) for key, (a, b, w, h) in inside[0].items()}
    placed |= _boundaries(nodes, placed)
    return placed, width, height


def _size(node: Node, insides: dict[str, tuple[Placed, float, float]]) -> tuple[float, float]:
    if node.id not in insides:
        return size_of(node)
    _, width, height = insides[node.id]
    return max(width + 2 * PADDING, TASK[0]), max(height + HEAD + PADDING, TASK[1])


def _stands_below(node: Node) -> bool:
    return node.kind == "event_subprocess" or node.for_compensation


def _columns(process: Process, nodes: list[Node]) -> list[list[Node]]:
    """Nodes in the flow by their distance from those nothing leads to."""
    inside = {node.id: node for node in nodes if node.kind != "boundary" and not _stands_below(node)}
    distance: dict[str, int] = {}
    firsts = [key for key, node in inside.items() if not node.incoming] or list(inside)[:1]
    waiting = deque((key, 0) for key in firsts)
    while waiting:
        key, at = waiting.popleft()
        if key in distance or key not in inside:
            continue
        distance[key] = at
        sources = [inside[key], *process.boundaries(key)]
        waiting.extend((process.flows[flow].target, at + 1) for source in sources for flow in source.outgoing)
        link = inside[key].event
        if link.kind == "link":
            waiting.extend((n.id, at + 1) for n in nodes if n.kind == "catch" and n.event.name == link.name)
    columns: dict[int, list[Node]] = {}
    for key, node in inside.items():
        columns.setdefault(distance.get(key, 0), []).append(node)
    return [columns[at] for at in sorted(columns)]


def _boundaries(nodes: list[Node], placed: Placed) -> Placed:
    made: Placed = {}
    taken: dict[str, int] = {}
    for node in nodes:
        if node.kind == "boundary" and node.attached_to in placed:
            x, y, _, height = placed[node.attached_to]
            number = taken.get(node.attached_to, 0)
            taken[node.attached_to] = number + 1
            made[node.id] = (x + 10 + number * (EVENT[0] + 6), y + height - EVENT[1] / 2, *EVENT)
    return made
