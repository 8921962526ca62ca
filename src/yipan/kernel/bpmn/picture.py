"""The diagram of a process as SVG, drawn on the server: works without script, on paper and with marks on elements.

Only classes, never style attributes (the pages' policy forbids them); colours are in the style sheet of the screens.
Models without a diagram are laid out (``layout``).
"""

from collections.abc import Mapping
from html import escape
from typing import Literal

from .layout import GAP_X, GAP_Y, TASK, layout, size_of
from .model import CONTAINERS, Edge, Node, Process, Shape

Mark = Literal["done", "active", "overdue", "waiting", "returned", "cancelled", "paused", "added", "removed", "changed"]
WORDS: dict[str, str] = {
    "done": "已完成", "active": "正在办理", "overdue": "已超期", "waiting": "等待中", "returned": "已退回",
    "cancelled": "已取消", "paused": "时限暂停", "added": "新增", "removed": "删去", "changed": "有变化",
}  # fmt: skip
_LETTERS = {
    "error": "误", "signal": "信", "escalation": "报", "conditional": "条", "compensation": "补",
    "cancel": "消", "link": "链",
}  # fmt: skip
_MARGIN = 24
_FONT = 13


def picture(process: Process, marks: Mapping[str, Mark] | None = None, *, title: str = "") -> str:
    """The SVG of a process; ``marks`` say where an instance stands (element id → mark, also in words)."""
    marks = marks or {}
    shapes = {key: shape for key, shape in process.shapes.items() if key in process.nodes} or layout(process)
    missing = [key for key in process.nodes if key not in shapes]
    if missing and process.shapes:
        shapes |= _beside(process, missing, shapes)
    edges = {key: process.edges.get(key) or _straight(process, key, shapes) for key in process.flows}
    drawn = [_decoration(process, key) for key in process.decorations if key in process.shapes]
    # Sub-processes lie under the flows inside them, everything else above.
    ordered = [key for key in _order(process) if key in shapes]
    holding = [key for key in ordered if process.nodes[key].kind in CONTAINERS]
    others = [key for key in ordered if process.nodes[key].kind not in CONTAINERS]
    drawn += [_node(process.nodes[key], shapes[key], marks.get(key)) for key in holding]
    drawn += [_flow(process, key, edge, marks.get(key)) for key, edge in edges.items() if edge is not None]
    drawn += [_node(process.nodes[key], shapes[key], marks.get(key)) for key in others]
    left, top, right, bottom = _bounds(process, shapes, edges)
    box = f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"
    name = escape(title or process.name or process.id)
    return (
        f'<svg class="yp-bpmn" viewBox="{box}" width="{right - left:.0f}" height="{bottom - top:.0f}" role="img" '
        f'aria-label="{name}" xmlns="http://www.w3.org/2000/svg">'
        '<defs><marker id="yp-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path class="yp-bpmn-arrow" d="M0 0 10 5 0 10z"/></marker></defs>'
        f"<title>{name}</title>{''.join(drawn)}</svg>"
    )


def _order(process: Process) -> list[str]:
    """Containers before what lies in them."""

    def depth(node: Node) -> int:
        found = 0
        while node.scope:
            node, found = process.nodes[node.scope], found + 1
        return found

    return sorted(process.nodes, key=lambda key: (depth(process.nodes[key]), process.nodes[key].kind == "boundary"))


# -- one element -----------------------------------------------------------------------------------------------------
def _node(node: Node, shape: Shape, mark: Mark | None) -> str:
    state = f" yp-{mark}" if mark else ""
    words = f"（{WORDS[mark]}）" if mark else ""
    body = _body(node, shape)
    return (
        f'<g class="yp-bpmn-{_family(node)}{state}" data-element="{escape(node.id)}">'
        f"<title>{escape(node.shown)}{words}</title>{body}</g>"
    )


def _family(node: Node) -> str:
    if node.kind in ("exclusive", "parallel", "inclusive", "event_based"):
        return "gateway"
    if node.kind in ("start", "end", "catch", "throw", "boundary"):
        return "event"
    return "container" if node.kind in ("subprocess", "transaction", "event_subprocess") else "task"


def _body(node: Node, s: Shape) -> str:
    family = _family(node)
    if family == "event":
        return _event(node, s)
    if family == "gateway":
        return _gateway(node, s)
    box = f'<rect x="{s.x:.0f}" y="{s.y:.0f}" width="{s.width:.0f}" height="{s.height:.0f}" rx="8"/>'
    if family == "container" and s.expanded:
        label = f'<text x="{s.x + 10:.0f}" y="{s.y + 20:.0f}">{escape(node.shown)}</text>'
        return box + label
    return box + _lines(node.shown, s.x + s.width / 2, s.y + s.height / 2, s.width - 14) + _sign(node, s)


def _sign(node: Node, s: Shape) -> str:
    """A small word for tasks nobody does by hand, and for several at once."""
    words = {"service": "自动", "script": "自动", "rule": "决策", "call": "子流程", "send": "发送", "receive": "接收"}
    text = words.get(node.kind, "") or ("多人" if node.multi or node.work.sign_off.mode != "single" else "")
    if not text:
        return ""
    return f'<text class="yp-bpmn-note" x="{s.x + 7:.0f}" y="{s.y + 14:.0f}">{text}</text>'


def _event(node: Node, s: Shape) -> str:
    cx, cy, r = s.x + s.width / 2, s.y + s.height / 2, min(s.width, s.height) / 2
    kind = "end" if node.kind == "end" else "start" if node.kind == "start" else "middle"
    dashed = " yp-bpmn-dashed" if not node.interrupting else ""
    parts = [f'<circle class="yp-bpmn-{kind}{dashed}" cx="{cx:.0f}" cy="{cy:.0f}" r="{r:.0f}"/>']
    if kind == "middle":
        parts.append(f'<circle class="yp-bpmn-inner{dashed}" cx="{cx:.0f}" cy="{cy:.0f}" r="{r - 3:.0f}"/>')
    parts.append(_glyph(node.event.kind, cx, cy, r))
    if node.name:
        lx, ly, width = cx, s.y + s.height + 16, 110.0
        if s.label is not None:
            lx, ly, width = s.label[0] + s.label[2] / 2, s.label[1] + s.label[3] / 2, max(s.label[2], 90)
        parts.append(_lines(node.name, lx, ly, width, top=s.label is None))
    return "".join(parts)


def _glyph(kind: str, cx: float, cy: float, r: float) -> str:
    if kind == "timer":
        return (
            f'<path class="yp-bpmn-glyph" d="M{cx:.1f} {cy - r * 0.5:.1f}V{cy:.1f}H{cx + r * 0.4:.1f}"/>'
            f'<circle class="yp-bpmn-glyph" cx="{cx:.1f}" cy="{cy:.1f}" r="{r * 0.6:.1f}"/>'
        )
    if kind == "message":
        w, h = r * 1.0, r * 0.7
        return (
            f'<path class="yp-bpmn-glyph" d="M{cx - w / 2:.1f} {cy - h / 2:.1f}h{w:.1f}v{h:.1f}h{-w:.1f}z'
            f'l{w / 2:.1f} {h / 2:.1f} {w / 2:.1f} {-h / 2:.1f}"/>'
        )
    if kind == "terminate":
        return f'<circle class="yp-bpmn-full" cx="{cx:.1f}" cy="{cy:.1f}" r="{r * 0.6:.1f}"/>'
    letter = _LETTERS.get(kind, "")
    if not letter:
        return ""
    return f'<text class="yp-bpmn-note" text-anchor="middle" x="{cx:.1f}" y="{cy + 4:.1f}">{letter}</text>'


def _gateway(node: Node, s: Shape) -> str:
    cx, cy = s.x + s.width / 2, s.y + s.height / 2
    right, bottom = s.x + s.width, s.y + s.height
    body = f'<path d="M{cx:.0f} {s.y:.0f}L{right:.0f} {cy:.0f}L{cx:.0f} {bottom:.0f}L{s.x:.0f} {cy:.0f}z"/>'
    a = s.width * 0.18
    sign = {
        "exclusive": f"M{cx - a:.1f} {cy - a:.1f}l{2 * a:.1f} {2 * a:.1f}m0 {-2 * a:.1f}l{-2 * a:.1f} {2 * a:.1f}",
        "parallel": f"M{cx - a * 1.3:.1f} {cy:.1f}h{a * 2.6:.1f}M{cx:.1f} {cy - a * 1.3:.1f}v{a * 2.6:.1f}",
    }.get(node.kind)
    if sign:
        body += f'<path class="yp-bpmn-glyph" d="{sign}"/>'
    else:
        body += f'<circle class="yp-bpmn-glyph" cx="{cx:.1f}" cy="{cy:.1f}" r="{a * 1.3:.1f}"/>'
    if node.name:
        lx, ly = (s.label[0] + s.label[2] / 2, s.label[1]) if s.label else (cx, s.y - 14)
        body += _lines(node.name, lx, ly, 120, top=s.label is not None)
    return body


def _lines(text: str, cx: float, cy: float, width: float, *, top: bool = False) -> str:
    """Text in lines of at most ``width``, centred at a point (or hanging from it)."""
    rows = wrap(text, width)
    first = cy + _FONT * 0.36 - (0 if top else (len(rows) - 1) * _FONT * 0.62)
    spans = "".join(
        f'<tspan x="{cx:.0f}" y="{first + number * _FONT * 1.24:.0f}">{escape(row)}</tspan>'
        for number, row in enumerate(rows)
    )
    return f'<text text-anchor="middle">{spans}</text>'


def wrap(text: str, width: float) -> list[str]:
    """Break a label: Chinese anywhere, words of letters only between them; at most three lines."""
    rows, row, used = [], "", 0.0
    for letter in text:
        size = _FONT if ord(letter) > 0x2E7F else _FONT * 0.56
        if used + size > width and row:
            rows.append(row)
            row, used = "", 0.0
        row, used = row + letter, used + size
    rows.append(row)
    if len(rows) > 3:
        rows = [*rows[:2], rows[2][:-1] + "…"]
    return [r.strip() for r in rows]


def _flow(process: Process, key: str, edge: Edge, mark: Mark | None = None) -> str:
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in edge.points)
    flow = process.flows[key]
    drawn = f'<polyline class="yp-bpmn-flow" points="{points}" marker-end="url(#yp-arrow)"/>'
    if mark:
        title = f"<title>{escape(flow.name or '连线')}（{WORDS[mark]}）</title>"
        drawn = f'<g class="yp-bpmn-way yp-{mark}" data-element="{escape(key)}">{title}{drawn}</g>'
    if flow.name:
        if edge.label is not None:
            x, y = edge.label[0] + edge.label[2] / 2, edge.label[1] + edge.label[3] / 2
        else:
            middle = len(edge.points) // 2
            (ax, ay), (bx, by) = edge.points[middle - 1], edge.points[middle]
            x, y = (ax + bx) / 2, (ay + by) / 2 - 8
        drawn += f'<text class="yp-bpmn-label" text-anchor="middle" x="{x:.0f}" y="{y:.0f}">{escape(flow.name)}</text>'
    return drawn


def _decoration(process: Process, key: str) -> str:
    deco, s = process.decorations[key], process.shapes[key]
    box = f'<rect x="{s.x:.0f}" y="{s.y:.0f}" width="{s.width:.0f}" height="{s.height:.0f}"/>'
    if deco.kind in ("pool", "lane"):
        label = (
            f'<text x="{s.x + 14:.0f}" y="{s.y + s.height / 2:.0f}" text-anchor="middle" '
            f'transform="rotate(-90 {s.x + 14:.0f} {s.y + s.height / 2:.0f})">{escape(deco.name)}</text>'
        )
    else:
        label = _lines(deco.name, s.x + s.width / 2, s.y + s.height / 2, s.width - 8) if deco.name else ""
    return f'<g class="yp-bpmn-{deco.kind}">{box}{label}</g>'


# -- places ----------------------------------------------------------------------------------------------------------
def _bounds(process: Process, shapes: Mapping[str, Shape], edges: Mapping[str, Edge | None]) -> tuple[float, ...]:
    boxes = [(s.x, s.y, s.x + s.width, s.y + s.height + 34) for s in shapes.values()]
    boxes += [
        (s.x, s.y, s.x + s.width, s.y + s.height) for key, s in process.shapes.items() if key in process.decorations
    ]
    boxes += [(x, y, x, y) for edge in edges.values() if edge for x, y in edge.points]
    boxes += [
        (s.label[0], s.label[1], s.label[0] + s.label[2], s.label[1] + s.label[3]) for s in shapes.values() if s.label
    ]
    if not boxes:
        return 0, 0, 100, 40
    return (
        min(b[0] for b in boxes) - _MARGIN, min(b[1] for b in boxes) - _MARGIN,
        max(b[2] for b in boxes) + _MARGIN, max(b[3] for b in boxes) + _MARGIN,
    )  # fmt: skip


def _beside(process: Process, missing: list[str], shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Elements without a shape in a drawn diagram: in a row below it."""
    bottom = max(s.y + s.height for s in shapes.values()) + GAP_Y
    found = {}
    for number, key in enumerate(missing):
        width, height = size_of(process.nodes[key])
        found[key] = Shape(key, number * (TASK[0] + GAP_X), bottom, width, height)
    return found


def _straight(process: Process, key: str, shapes: Mapping[str, Shape]) -> Edge | None:
    flow = process.flows[key]
    a, b = shapes.get(flow.source), shapes.get(flow.target)
    if a is None or b is None:
        return None
    start, end = (a.x + a.width, a.y + a.height / 2), (b.x, b.y + b.height / 2)
    if end[0] < start[0]:  # backwards: below both
        low = max(a.y + a.height, b.y + b.height) + GAP_Y / 2
        middle_a, middle_b = a.x + a.width / 2, b.x + b.width / 2
        return Edge(key, ((middle_a, a.y + a.height), (middle_a, low), (middle_b, low), (middle_b, b.y + b.height)))
    if start[1] == end[1]:
        return Edge(key, (start, end))
    half = (start[0] + end[0]) / 2
    return Edge(key, (start, (half, start[1]), (half, end[1]), end))
