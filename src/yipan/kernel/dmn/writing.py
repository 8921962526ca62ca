"""A table written back into its DMN file: only what was changed, so that drawings and foreign extensions stay.

Inputs, outputs and rules keep their elements as long as they keep their ids, and cells go with their columns; new ones
get ids of their own. A single column of notes called 说明 is written as descriptions of the rules, where other tools
show it.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from copy import deepcopy
from typing import Any

from lxml import etree

from .errors import DmnError, Finding
from .model import DESCRIPTION, Rule, Table, TableInput, TableOutput
from .reading import NAMESPACES

_TABLE = ("description", "extensionElements", "input", "output", "annotation", "rule")
_RULE = ("description", "extensionElements", "inputEntry", "outputEntry", "annotationEntry")
_OURS = re.compile(r"input_\d+")  # input data that this module has made
EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="definitions_{key}" namespace="urn:yipan:{key}">
  <decision id="{key}">
    <variable/>
    <decisionTable id="{key}_table" hitPolicy="UNIQUE">
      <output id="{key}_output_1" name="result"/>
    </decisionTable>
  </decision>
</definitions>
"""


def empty(key: str, name: str) -> bytes:
    """A model of one decision with an empty table; ``key`` is an XML name."""
    root = etree.fromstring(EMPTY.format(key=key).encode())
    root.set("name", name)
    for element in root:
        element.set("name", name)
        element[0].set("name", name)
    return _bytes(root)


def with_table(xml: bytes, node: str, table: Table) -> bytes:
    """The file with another table for a decision or knowledge model. An unchanged table leaves the file as it is."""
    root, element = _table_element(xml, node)
    _Writer(root, element).write(table)
    return _bytes(root)


def with_inputs(xml: bytes, node: str, wanted: Iterable[tuple[str, str]], used: Container[str] = ()) -> bytes:
    """The file where a decision requires input data of these (name, type); those it does not see yet are added, input
    data of that name are used where the file has them. What was added here before and is neither wanted nor ``used``
    any more goes."""
    wanted = list(wanted)
    root, owner = _node_element(xml, node)
    space = etree.QName(root).namespace
    names = {one.get("id"): one.get("name") for one in root if isinstance(one.tag, str)}
    required = owner.iterfind(f"{{{space}}}informationRequirement/*")
    seen = {names.get(one.get("href", "").rpartition("#")[2]) for one in required}
    ids = {one.get("id") for one in root.iter() if isinstance(one.tag, str)}
    for name, kind in wanted:
        if name in seen:
            continue
        found = next((one for one in root.findall(f"{{{space}}}inputData") if one.get("name") == name), None)
        if found is None:
            found = _input_data(root, owner, name, kind, ids)
        need = etree.Element(f"{{{space}}}informationRequirement")
        etree.SubElement(need, f"{{{space}}}requiredInput").set("href", f"#{found.get('id')}")
        variable = owner.find(f"{{{space}}}variable")
        owner.insert(owner.index(variable) + 1 if variable is not None else 0, need)
        seen.add(name)
    _drop_unused(root, owner, {name for name, _ in wanted}, used)
    return _bytes(root)


def _drop_unused(root: etree._Element, owner: etree._Element, wanted: set[str], used: Container[str]) -> None:
    space = etree.QName(root).namespace
    for data in root.findall(f"{{{space}}}inputData"):
        name, href = data.get("name", ""), f"#{data.get('id')}"
        if not _OURS.fullmatch(data.get("id", "")) or name in wanted or name in used:
            continue
        asked = [
            one
            for one in root.iterfind(f"{{{space}}}*/{{{space}}}informationRequirement")
            if one[0].get("href") == href
        ]
        mine = [one for one in asked if one.getparent() is owner]
        for one in mine:
            owner.remove(one)
        if len(mine) == len(asked):
            root.remove(data)


def _input_data(
    root: etree._Element, owner: etree._Element, name: str, kind: str, ids: set[str | None]
) -> etree._Element:
    space = etree.QName(root).namespace
    number = 1
    while f"input_{number}" in ids:
        number += 1
    ids.add(f"input_{number}")
    made = etree.Element(f"{{{space}}}inputData", id=f"input_{number}", name=name)
    variable = etree.SubElement(made, f"{{{space}}}variable", name=name)
    if kind:
        variable.set("typeRef", kind)
    root.insert(root.index(owner), made)
    return made


def with_expression(xml: bytes, node: str, text: str) -> bytes:
    """The file with another text for the literal expression of a decision or knowledge model."""
    root, owner = _node_element(xml, node)
    space = etree.QName(root).namespace
    found = owner.find(f".//{{{space}}}literalExpression/{{{space}}}text")
    if found is None:
        raise DmnError([Finding(node, int(owner.sourceline or 0), "这里不是一个表达式", "请在决策表中编辑")])
    found.text = text
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _node_element(xml: bytes, node: str) -> tuple[etree._Element, etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(xml, parser)
    owner = next((one for one in root if isinstance(one.tag, str) and one.get("id") == node), None)
    if owner is None or etree.QName(root).namespace not in NAMESPACES:
        raise DmnError([Finding(node, 0, f"没有决策 {node}", "请刷新页面")])
    return root, owner


def _table_element(xml: bytes, node: str) -> tuple[etree._Element, etree._Element]:
    root, owner = _node_element(xml, node)
    space = etree.QName(root).namespace
    found = owner.find(f"{{{space}}}decisionTable")
    if found is None:
        found = owner.find(f"{{{space}}}encapsulatedLogic/{{{space}}}decisionTable")
    if found is None:
        raise DmnError([Finding(node, int(owner.sourceline or 0), "这项决策不是一张表", "请在建模工具中编辑")])
    return root, found


class _Writer:
    def __init__(self, root: etree._Element, table: etree._Element) -> None:
        self.table = table
        self.space = etree.QName(root).namespace
        self.ids = {one.get("id") for one in root.iter() if isinstance(one.tag, str)}
        self.eleven = self.space == NAMESPACES[-1]  # DMN 1.1 has types as elements and no annotations
        self.sources: dict[str, list[int | None]] = {}  # of entries: for each column, which one it was
        self.described = False
        self.had_descriptions = not table.findall(self._tag("annotation"))  # then they were read as notes

    def write(self, table: Table) -> None:
        _set(self.table, "hitPolicy", table.hit_policy, "UNIQUE")
        _set(self.table, "aggregation", table.aggregation, "")
        self.sources["inputEntry"] = self._group("input", table.inputs, self._input)
        self.sources["outputEntry"] = self._group("output", table.outputs, self._output)
        self.described = self._describes(table)
        if not self.eleven:
            self._annotations(() if self.described else table.annotations)
        self._group("rule", table.rules, self._rule)

    def _describes(self, table: Table) -> bool:
        """Whether notes are written as descriptions: not where the file has them as annotations."""
        if table.annotations != (DESCRIPTION,) or not any(rule.annotations[0] for rule in table.rules):
            return False
        entries = self.table.iterfind(f"{self._tag('rule')}/{self._tag('annotationEntry')}/{self._tag('text')}")
        return self.eleven or not any((one.text or "").strip() for one in entries)

    # -- elements ----------------------------------------------------------------------------------------------------

    def _tag(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _new_id(self, name: str) -> str:
        base, number = f"{self.table.get('id') or 'table'}_{name}", 1
        while f"{base}_{number}" in self.ids:
            number += 1
        self.ids.add(f"{base}_{number}")
        return f"{base}_{number}"

    def _group(self, name: str, wanted: Sequence[Any], fill: Callable[[etree._Element, Any], None]) -> list[int | None]:
        """The children of one name in the wanted order; those that stay keep their elements. For each its old place."""
        old = self.table.findall(self._tag(name))
        by_id = {one.get("id"): one for one in old if one.get("id")}
        free = [one for one in old if not one.get("id")]
        made: list[etree._Element] = []
        for one in wanted:
            element = by_id.pop(one.id, None) if one.id else free.pop(0) if free else None
            if element is None:
                element = self._like(old[0] if old else None, name)
                if one.id and one.id not in self.ids:
                    element.set("id", one.id)
            fill(element, one)
            made.append(element)
        self._place(self.table, _TABLE, name, old, made)
        places = {id(one): at for at, one in enumerate(old)}
        return [places.get(id(one)) for one in made]

    def _like(self, model: etree._Element | None, name: str) -> etree._Element:
        """A new element, indented as its neighbours are."""
        element = etree.Element(self._tag(name))
        element.set("id", self._new_id(name))
        if model is not None:
            element.text, element.tail = model.text, model.tail
        return element

    def _place(
        self, parent: etree._Element, order: tuple[str, ...], name: str, old: list[etree._Element],
        made: list[etree._Element],
    ) -> None:  # fmt: skip
        """``made`` in place of ``old``; the first ones stand where the order of children wants them."""
        if [id(one) for one in made] == [id(one) for one in old]:
            return
        if old:
            at = parent.index(old[0])
        else:
            before = {self._tag(one) for one in order[: order.index(name)]}
            at = sum(1 for one in parent if one.tag in before or not isinstance(one.tag, str))
        tails = [one.tail for one in old]
        for one in old:
            parent.remove(one)
        for number, one in enumerate(made):
            parent.insert(at + number, one)
        if tails:
            for one in made[:-1]:
                one.tail = tails[0]
            if made:
                made[-1].tail = tails[-1]

    def _text(self, element: etree._Element, name: str, text: str, *, ids: bool = True) -> etree._Element:
        """A child with a text in it, made when it is missing."""
        child = element.find(self._tag(name))
        if child is None:
            child = etree.SubElement(element, self._tag(name))
            if ids:
                child.set("id", self._new_id(name))
        self._say(child, text)
        return child

    def _say(self, child: etree._Element, text: str) -> None:
        inner = child.find(self._tag("text"))
        if inner is None:
            inner = etree.SubElement(child, self._tag("text"))
        if (inner.text or "").strip() != text:
            inner.text = text

    def _type(self, element: etree._Element, type_ref: str) -> None:
        written = element.get("typeRef", "")
        if written.rpartition(":")[2] != type_ref and not self.eleven:
            _set(element, "typeRef", type_ref, "")

    def _optional(self, element: etree._Element, name: str, text: str) -> None:
        child = element.find(self._tag(name))
        if not text:
            if child is not None:
                element.remove(child)
        else:
            self._text(element, name, text)

    # -- parts of a table --------------------------------------------------------------------------------------------

    def _input(self, element: etree._Element, column: TableInput) -> None:
        expression = self._text(element, "inputExpression", column.expression.text)
        self._type(expression, column.expression.type_ref)
        shown = element.get("label") or column.expression.text
        if column.label != shown:
            _set(element, "label", column.label, "")
        self._optional(element, "inputValues", column.allowed)

    def _output(self, element: etree._Element, column: TableOutput) -> None:
        _set(element, "name", column.name, "")
        _set(element, "label", column.label, "")
        self._type(element, column.type_ref)
        self._optional(element, "outputValues", column.allowed)
        self._optional(element, "defaultOutputEntry", column.default.text if column.default is not None else "")

    def _annotations(self, names: tuple[str, ...]) -> None:
        old = self.table.findall(self._tag("annotation"))
        if [one.get("name", "") for one in old] == list(names):
            return
        made = [deepcopy(old[0]) if old else etree.Element(self._tag("annotation")) for _ in names]
        for one, name in zip(made, names, strict=True):
            one.set("name", name)
        self._place(self.table, _TABLE, "annotation", old, made)

    def _rule(self, element: etree._Element, rule: Rule) -> None:
        self._entries(element, "inputEntry", rule.tests)
        self._entries(element, "outputEntry", rule.outputs)
        if not self.eleven:
            self._entries(element, "annotationEntry", () if self.described else rule.annotations, ids=False)
        self._describe(element, rule.annotations)

    def _describe(self, rule: etree._Element, notes: tuple[str, ...]) -> None:
        """Descriptions are notes only where there are no annotations; else they are not ours to change."""
        old = rule.find(self._tag("description"))
        text = notes[0] if self.described else ""
        if text and old is None:
            old = etree.Element(self._tag("description"))
            old.tail = rule.text
            rule.insert(0, old)
        if old is None or (old.text or "").strip() == text:
            return
        if text:
            old.text = text
        elif self.described or self.had_descriptions:
            rule.remove(old)

    def _entries(self, rule: etree._Element, name: str, texts: tuple[str, ...], *, ids: bool = True) -> None:
        """Cells in the order of their columns: each goes with the column it belonged to."""
        old = rule.findall(self._tag(name))
        made: list[etree._Element] = []
        for text, source in zip(texts, self.sources.get(name, range(len(texts))), strict=True):
            child = old[source] if source is not None and source < len(old) else None
            if child is None:
                child = etree.Element(self._tag(name))
                if ids:
                    child.set("id", self._new_id(name))
            self._say(child, text)
            made.append(child)
        self._place(rule, _RULE, name, old, made)


def _set(element: etree._Element, name: str, value: str, usual: str) -> None:
    """An attribute, left out where it says what is usual and was not written before."""
    if value == element.get(name, usual):
        return
    if value == usual or not value:
        element.attrib.pop(name, None)
    else:
        element.set(name, value)
