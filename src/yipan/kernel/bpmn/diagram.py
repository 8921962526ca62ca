"""The diagram part of a BPMN document: where shapes and edges lie."""

import math

from lxml import etree

from .model import Decoration, Edge, Shape
from .reading import BPMN, BPMNDI, DC, DI, split

_DRAWN = {
    "participant": "pool", "lane": "lane", "textAnnotation": "note", "dataObjectReference": "data",
    "dataObject": "data", "dataStoreReference": "store", "association": "association", "messageFlow": "message_flow",
    "group": "group", "dataInputAssociation": "association", "dataOutputAssociation": "association",
}  # fmt: skip


def read(root: etree._Element) -> tuple[dict[str, Shape], dict[str, Edge], dict[str, Decoration]]:
    """Shapes, edges and decorations by element id. Bad numbers leave a shape out; the layout then places it."""
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        box = None if bounds is None else _box(bounds)
        key = _reference(shape)
        if key and box is not None:
            label = shape.find(f"{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds")
            shapes[key] = Shape(
                key, *box,
                label=_box(label) if label is not None else None,
                expanded=shape.get("isExpanded", "true") != "false",
                horizontal=shape.get("isHorizontal", "true") != "false",
            )  # fmt: skip
    for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        points = [_point(way) for way in edge.findall(f"{{{DI}}}waypoint")]
        key = _reference(edge)
        if key and len(points) > 1 and None not in points:
            label = edge.find(f"{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds")
            edges[key] = Edge(key, tuple(p for p in points if p), _box(label) if label is not None else None)
    return shapes, edges, _decorations(root)


def _decorations(root: etree._Element) -> dict[str, Decoration]:
    found: dict[str, Decoration] = {}
    for element in root.iter(etree.Element):
        namespace, name = split(element.tag)
        if namespace == BPMN and name in _DRAWN and element.get("id"):
            key = element.get("id", "")
            text = element.get("name") or "".join(element.itertext()).strip() if name == "textAnnotation" else None
            found[key] = Decoration(key, text if text is not None else element.get("name", ""), _DRAWN[name])
    return found


def _reference(element: etree._Element) -> str:
    return element.get("bpmnElement", "").split(":")[-1]


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e6 else None


def _box(bounds: etree._Element) -> tuple[float, float, float, float] | None:
    x, y, width, height = (_number(bounds.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    return (x, y, width, height)


def _point(way: etree._Element) -> tuple[float, float] | None:
    x, y = _number(way.get("x")), _number(way.get("y"))
    return None if x is None or y is None else (x, y)
