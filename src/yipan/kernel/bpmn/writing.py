"""Writing a model back: the original tree with our changes, so diagrams and foreign extensions survive."""

from collections.abc import Mapping

from lxml import etree

from .findings import BpmnError, Finding
from .model import Process
from .reading import YIPAN, parse

Edits = Mapping[str, Mapping[str, str | None]]


def write(process: Process, edits: Edits | None = None) -> bytes:
    """The model as BPMN 2.0 XML. ``edits``: element id → attribute → value (None removes it).

    Attribute names are ``name`` or ``yipan:role``. Nothing else of the document is touched: diagram, comments,
    extensions of other tools and their order stay. Raises BpmnError for an element that is not there.
    """
    root = parse(process.xml)
    by_id = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    missing = [key for key in edits or {} if key not in by_id]
    if missing:
        raise BpmnError([Finding(key, "", 0, "error", f"元素 {key} 不存在") for key in missing])
    needs_prefix = any(name.startswith("yipan:") for change in (edits or {}).values() for name in change)
    if needs_prefix and YIPAN not in root.nsmap.values():
        root = _with_namespace(root)
        by_id = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    for key, change in (edits or {}).items():
        for name, value in change.items():
            _set(by_id[key], name, value)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _set(element: etree._Element, name: str, value: str | None) -> None:
    full = f"{{{YIPAN}}}{name.removeprefix('yipan:')}" if name.startswith("yipan:") else name
    if value is None:
        element.attrib.pop(full, None)
    else:
        element.set(full, value)


def _with_namespace(root: etree._Element) -> etree._Element:
    """The same tree whose root declares our prefix (lxml cannot add one to an existing element)."""
    text = etree.tostring(root.getroottree(), encoding="unicode")
    at = text.index("definitions") + len("definitions")
    return parse((text[:at] + f' xmlns:yipan="{YIPAN}"' + text[at:]).encode())
