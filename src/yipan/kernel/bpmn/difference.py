"""What is different between two versions of a process, element by element; the layout of the drawing does not count."""

from dataclasses import dataclass, fields
from typing import Any

from .model import Flow, Node, Process

_APART = {"id", "line", "incoming", "outgoing"}  # flows are compared on their own


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an element: its name in the model and both values as text ("" for none)."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ElementDifference:
    """``what``: added, removed or changed; ``kind`` of a flow is ``flow``."""

    what: str
    id: str
    name: str
    kind: str
    changes: tuple[Change, ...] = ()


def difference(before: Process, after: Process) -> list[ElementDifference]:
    """Removed, added and changed elements, in the order of the models; empty when both run alike."""
    old: dict[str, Node | Flow] = {**before.nodes, **before.flows}
    new: dict[str, Node | Flow] = {**after.nodes, **after.flows}
    found = [_whole("removed", element) for key, element in old.items() if key not in new]
    for key, element in new.items():
        if key not in old:
            found.append(_whole("added", element))
            continue
        changes = tuple(_changes(old[key], element))
        if changes:
            found.append(ElementDifference("changed", key, element.name, _kind(element), changes))
    return found


def _whole(what: str, element: Node | Flow) -> ElementDifference:
    return ElementDifference(what, element.id, element.name, _kind(element))


def _kind(element: Node | Flow) -> str:
    return element.kind if isinstance(element, Node) else "flow"


def _changes(before: Any, after: Any, inside: str = "") -> list[Change]:
    """Fields that differ, those of values within them by their path (``work.role``)."""
    if type(before) is not type(after):
        return [Change(inside or "kind", _shown(before), _shown(after))]
    found: list[Change] = []
    for field in fields(before):
        if field.name in _APART:
            continue
        one, other = getattr(before, field.name), getattr(after, field.name)
        if one == other:
            continue
        path = f"{inside}.{field.name}" if inside else field.name
        if hasattr(one, "__dataclass_fields__") and type(one) is type(other):
            found += _changes(one, other, path)
        else:
            found.append(Change(path, _shown(one), _shown(other)))
    return found


def _shown(value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return ", ".join(" = ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
    if hasattr(value, "__dataclass_fields__"):
        shown = {f.name: getattr(value, f.name) for f in fields(value)}
        return ", ".join(f"{name}={inner}" for name, inner in shown.items() if inner not in ("", None, (), False))
    return str(value)
