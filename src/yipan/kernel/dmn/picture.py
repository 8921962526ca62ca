"""The requirement graph of a model as SVG, drawn on the server: what a decision needs stands below it.

Rectangles are decisions, rounded ones input data, cut corners knowledge models, dashed ones services, waves below
knowledge sources. Full arrows are information, dashed ones knowledge and authority. Only classes, never style
attributes, as ``kernel.bpmn.picture``.
"""

from collections.abc import Mapping
from html import escape

from .model import Decision, Document, InputData, Knowledge, Node, Service, Source

WIDTH, HEIGHT = 168, 54
GAP_X, GAP_Y = 36, 58
MARGIN = 16
LINE = 12  # characters of a label's line
KINDS: dict[type, str] = {Decision: "决策", InputData: "输入数据", Knowledge: "知识模型", Service: "决策服务",
                          Source: "依据"}  # fmt: skip


def graph(document: Document) -> str:
    """The SVG; imported elements are drawn with the name of their import."""
    nodes = {key: (node, node.name) for key, node in document.nodes.items()}
    edges = [(needed, key, dashed) for key, node in document.nodes.items() for needed, dashed in _needs(node)]
    sources = {one.id: one for one in document.sources if one.id}
    edges += [(needed, key, True) for needed, key in document.authorities if key in nodes or key in sources]
    imported = {one.namespace: one.name for one in document.imports}
    names: dict[str, str] = {key: name for key, (_, name) in nodes.items()}
    names |= {key: one.name for key, one in sources.items()}
    for needed, _, _ in edges:
        if needed not in names:
            namespace, _, key = needed.rpartition("#")
            names[needed] = f"{imported.get(namespace, '引入')}：{key}"
    places = _places(names, edges)
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN if places else 2 * MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN if places else 2 * MARGIN
    drawn = [_edge(places[needed], places[key], dashed=dashed) for needed, key, dashed in edges]
    shapes: dict[str, Node | Source] = {**document.nodes, **sources}
    drawn += [_node(shapes.get(key), key, name, places[key]) for key, name in names.items()]
    label = escape(document.name or document.namespace)
    return (
        f'<svg class="yp-bpmn" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{label}的需求图" xmlns="http://www.w3.org/2000/svg">'
        '<defs><marker id="yp-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path class="yp-bpmn-arrow" d="M0 0 10 5 0 10z"/></marker></defs>'
        f"<title>{label}的需求图</title>{''.join(drawn)}</svg>"
    )


def _needs(node: Node) -> list[tuple[str, bool]]:
    """Keys of what a node needs; with a dashed line what it knows and what a service stands for."""

    def keys(references: tuple[tuple[str, str], ...]) -> list[str]:
        return [f"{namespace}#{key}" if namespace else key for namespace, key in references]

    match node:
        case Decision():
            plain, dashed = [*keys(node.inputs), *keys(node.decisions)], keys(node.knowledge)
        case Knowledge():
            plain, dashed = [], keys(node.knowledge)
        case Service():
            plain, dashed = [], [*keys(node.outputs), *keys(node.inputs), *keys(node.input_decisions)]
        case _:
            plain, dashed = [], []
    return [(key, False) for key in plain] + [(key, True) for key in dashed]


def _places(names: Mapping[str, str], edges: list[tuple[str, str, bool]]) -> dict[str, tuple[int, int]]:
    """Left upper corners: each node one row above the highest of what it needs, in rows centred on each other."""
    rank = dict.fromkeys(names, 0)
    for _ in names:  # as often as the longest way may be; a ring stops here instead of growing for ever
        changed = False
        for needed, key, _ in edges:
            if rank[key] <= rank[needed] < len(names):
                rank[key], changed = rank[needed] + 1, True
        if not changed:
            break
    rows: dict[int, list[str]] = {}
    for key in names:
        rows.setdefault(rank[key], []).append(key)
    levels = sorted(rows, reverse=True)
    widest = max((len(row) for row in rows.values()), default=0)
    places: dict[str, tuple[int, int]] = {}
    for at, level in enumerate(levels):
        row = _beneath(rows[level], edges, places)
        left = MARGIN + (widest - len(row)) * (WIDTH + GAP_X) // 2
        for number, key in enumerate(row):
            places[key] = (left + number * (WIDTH + GAP_X), MARGIN + at * (HEIGHT + GAP_Y))
    return places


def _beneath(row: list[str], edges: list[tuple[str, str, bool]], places: Mapping[str, tuple[int, int]]) -> list[str]:
    """A row in the order of what stands above it, so that few lines cross; what nobody above needs stays at the end."""
    middle: dict[str, float] = {}
    for one in row:
        above = [places[key][0] for needed, key, _ in edges if needed == one and key in places]
        middle[one] = sum(above) / len(above) if above else float("inf")
    return sorted(row, key=middle.__getitem__)


def _edge(needed: tuple[int, int], key: tuple[int, int], *, dashed: bool) -> str:
    x1, y1, x2, y2 = needed[0] + WIDTH // 2, needed[1], key[0] + WIDTH // 2, key[1] + HEIGHT
    more = " yp-bpmn-dashed" if dashed else ""
    return f'<path class="yp-bpmn-flow{more}" d="M{x1} {y1} L{x2} {y2}" marker-end="url(#yp-arrow)"/>'


def _node(node: Node | Source | None, key: str, name: str, place: tuple[int, int]) -> str:
    x, y = place
    kind = KINDS.get(type(node), "引入")
    if isinstance(node, Knowledge):
        c = 12
        body = f'<path d="M{x + c} {y}H{x + WIDTH}V{y + HEIGHT - c}L{x + WIDTH - c} {y + HEIGHT}H{x}V{y + c}z"/>'
    elif isinstance(node, Source):
        low, half = y + HEIGHT - 6, WIDTH // 2
        wave = f"q{half // 2} 14 {half} 0t{half} 0"
        body = f'<path d="M{x + WIDTH} {y}H{x}V{low}{wave}z"/>'
    else:
        round_ = HEIGHT // 2 if isinstance(node, InputData) else 4
        dashed = ' class="yp-bpmn-dashed"' if node is None or isinstance(node, Service) else ""
        body = f'<rect{dashed} x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{round_}"/>'
    lines = _lines(name)
    top = y + HEIGHT // 2 + 5 - (len(lines) - 1) * 8
    text = "".join(
        f'<text x="{x + WIDTH // 2}" y="{top + at * 16}" text-anchor="middle">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
    title = f"<title>{kind} {escape(name)}</title>"
    return f'<g class="yp-bpmn-task" data-element="{escape(key)}">{title}{body}{text}</g>'


def _lines(name: str) -> list[str]:
    """Two lines at most; Latin letters count half."""
    lines, width = [""], 0.0
    for letter in name:
        width += 1 if ord(letter) > 255 else 0.55
        if width > LINE and len(lines) == 2:
            lines[-1] += "…"
            break
        if width > LINE:
            lines.append("")
            width = 1
        lines[-1] += letter
    return lines
