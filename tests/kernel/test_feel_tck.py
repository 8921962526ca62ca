"""FEEL against the public DMN conformance kit, where ``YIPAN_CONFORMANCE`` names a folder that holds it.

A case is one expected result of one decision, of models made of literal expressions only; decision tables, functions
of the model and boxed expressions belong to decisions.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from yipan.kernel import feel
from yipan.kernel.feel import temporal

_SKIP = object()


@dataclass(frozen=True)
class Case:
    """``expected`` and ``actual`` of one decision; ``actual`` is the exception when evaluation raised one."""

    model: str
    case: str
    decision: str
    expected: Any
    actual: Any

    @property
    def passed(self) -> bool:
        return same(self.expected, self.actual)


def cases(root: Path) -> Iterator[Case]:
    for path in sorted(root.rglob("*-test-*.xml")):
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Case]:
    tree = _plain(ET.parse(path).getroot())
    model = path.parent / (tree.findtext("modelName") or "")
    if not model.exists():
        return
    decisions = _decisions(_plain(ET.parse(model).getroot()))
    if decisions is None:
        return
    for case in tree.iter("testCase"):
        inputs = {node.get("name"): _value(node) for node in case.findall("inputNode")}
        for result in case.findall("resultNode"):
            expected = next((_value(node) for node in result.findall("expected")), None)
            name = result.get("name") or ""
            if expected is _SKIP or name not in decisions:
                continue
            yield Case(model.stem, case.get("id") or "", name, expected, _evaluate(name, decisions, inputs))


def _evaluate(name: str, decisions: dict[str, tuple[str, list[str]]], inputs: dict[Any, Any]) -> Any:
    text, needed = decisions[name]
    known = {one: _evaluate(one, decisions, inputs) for one in needed if one in decisions} | inputs
    try:
        return feel.compile(text, _keys(known)).evaluate(known)
    except Exception as problem:
        return problem


def _keys(value: Any) -> list[str]:
    """All names that contexts among the inputs bring, for paths with spaces."""
    if isinstance(value, dict):
        return [*value, *(key for one in value.values() for key in _keys(one))]
    return [key for one in value for key in _keys(one)] if isinstance(value, list) else []


def _decisions(model: ET.Element) -> dict[str, tuple[str, list[str]]] | None:
    if model.find("businessKnowledgeModel") is not None or model.find("import") is not None:
        return None
    names = {node.get("id"): node.get("name") or "" for node in [*model.iter("decision"), *model.iter("inputData")]}
    found: dict[str, tuple[str, list[str]]] = {}
    for decision in model.iter("decision"):
        literal = decision.find("literalExpression")
        if literal is None or literal.find("text") is None:
            return None
        hrefs = [node.get("href", "").removeprefix("#") for node in decision.iter("requiredDecision")]
        text = literal.findtext("text") or ""
        found[decision.get("name") or ""] = (text, [names[href] for href in hrefs if href in names])
    return found


def _plain(root: ET.Element) -> ET.Element:
    """Without namespaces; the type of a value keeps its local name."""
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
        for key in list(node.attrib):
            node.attrib[key.rpartition("}")[2]] = node.attrib[key]
    return root


def _value(node: ET.Element) -> Any:
    if (items := node.find("list")) is not None:
        if items.get("nil") == "true":
            return None
        return [_value(item) for item in items.findall("item")]
    if node.find("component") is not None:
        return {str(part.get("name")): _value(part) for part in node.findall("component")}
    value = node.find("value")
    if value is None or value.get("nil") == "true":
        return None
    text = value.text or ""
    match (value.get("type") or "string").rpartition(":")[2]:
        case "decimal" | "double" | "integer" | "int":
            return Decimal(text)
        case "boolean":
            return text == "true"
        case "date":
            return temporal.parse_date(text) or _SKIP
        case "time":
            return temporal.parse_time(text) or _SKIP
        case "dateTime":
            return temporal.parse_moment(text) or _SKIP
        case "duration" | "dayTimeDuration" | "yearMonthDuration":
            return temporal.parse_duration(text) if temporal.parse_duration(text) is not None else _SKIP
        case _:
            return text


def same(expected: Any, actual: Any) -> bool:
    """Equal values; numbers to eight digits after the point, as the kit's own runners compare."""
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= Decimal("1e-8") * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(same(a, b) for a, b in zip(expected, actual, strict=True))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, (dt.time, dt.datetime)) and type(expected) is type(actual):
        return feel.show(expected) == feel.show(actual) or expected == actual
    return type(expected) is type(actual) and expected == actual


@pytest.mark.conformance
def test_share_of_the_kit(record_property: Callable[[str, object], None]) -> None:
    """Cases of models made of literal expressions. What fails is listed; no case is treated specially."""
    root = Path(os.environ.get("YIPAN_CONFORMANCE", "")) / "dmn-tck"
    if not os.environ.get("YIPAN_CONFORMANCE") or not root.is_dir():
        pytest.skip("YIPAN_CONFORMANCE names no folder with dmn-tck")
    found = list(cases(root))
    failed = [f"{case.model}: {case.case}" for case in found if not case.passed]
    share = 1 - len(failed) / len(found)
    record_property("feel_share", f"{share:.4f}")
    print(f"FEEL: {len(found) - len(failed)} of {len(found)} ({share:.1%})", *failed, sep="\n")
    assert share >= 0.96
