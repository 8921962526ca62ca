"""Runs the DMN Technology Compatibility Kit (github dmn-tck/tck): every test file below a folder, all cases alike.

A case passes when every result it names has the expected value; a result marked ``errorResult`` is expected to be null.
Models whose functions are written in Java are external and counted apart.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lxml import etree

from yipan.kernel import dmn, feel
from yipan.kernel.dmn import model as m
from yipan.kernel.feel import temporal

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# The kit's own runners compare numbers to eight digits behind the point.
NEAR = Decimal("1e-8")
# Some cases ask for today and now; any moment will do, as long as there is one.
NOW = dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reason`` is "" when the case passed; ``external``: it needs a function written in another language."""

    level: str
    model: str
    case: str
    reason: str
    external: bool = False


def run(folder: Path) -> Iterator[Outcome]:
    for path in sorted(folder.rglob("*-test-*.xml")):
        yield from _file(path)


def _file(path: Path) -> Iterator[Outcome]:
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    name = _text(root, "modelName")
    level = next((part for part in path.parts if part.startswith("compliance-level")), "")
    cases = _children(root, "testCase")
    try:
        documents = {one.name: dmn.read(one.read_bytes()) for one in sorted(path.parent.glob("*.dmn"))}
        document = documents[name] if name in documents else dmn.read((path.parent / name).read_bytes())
        model = dmn.load_all([document, *(one for one in documents.values() if one is not document)])[
            document.namespace
        ]
    except (dmn.DmnError, OSError, KeyError) as problem:
        for case in cases:
            yield Outcome(level, path.stem, case.get("id", ""), f"the model cannot be read: {problem}")
        return
    external = any("不执行" in finding.message for finding in model.findings)
    for case in cases:
        yield Outcome(level, path.stem, case.get("id", ""), _case(model, case), external)


def _case(model: dmn.Model, case: Any) -> str:
    inputs: dict[str, Any] = {}
    given: dict[tuple[str, str], Any] = {}
    for node in _children(case, "inputNode"):
        namespace = node.get("namespace", "")
        if namespace:
            given[namespace, node.get("name", "")] = _value(node)
        else:
            inputs[node.get("name", "")] = _value(node)
    wrong: list[str] = []
    for result in _children(case, "resultNode"):
        name = result.get("name", "")
        expected = next((_value(one) for one in _children(result, "expected")), None)
        try:
            actual = _ask(model, case, name, inputs, given)
        except feel.FeelError as problem:
            actual, expected = (None, None) if result.get("errorResult") == "true" else (f"error: {problem}", expected)
        except Exception as problem:
            actual = f"{type(problem).__name__}: {problem}"
        if not same(expected, actual):
            wrong.append(f"{name}: expected {feel.show(expected)}, got {_shown(actual)}")
    return "; ".join(wrong)


def _ask(
    model: dmn.Model, case: Any, name: str, inputs: Mapping[str, Any], given: Mapping[tuple[str, str], Any]
) -> Any:  # fmt: skip
    invocable, kind = case.get("invocableName", ""), case.get("type", "decision")
    if kind == "decisionService" and invocable:
        service = model.find(invocable, m.Service)
        value = model.call(invocable, inputs, now=NOW).value
        return value.get(name) if len(service.outputs) > 1 and isinstance(value, dict) else value
    return model.decide(name, inputs, given=given, now=NOW).value


def same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= NEAR * max(1, abs(expected))
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(same(a, b) for a, b in zip(expected, actual, strict=True))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, (dt.time, dt.datetime)) and type(expected) is type(actual):
        return feel.show(expected) == feel.show(actual) or expected == actual
    return type(expected) is type(actual) and expected == actual


def _shown(value: Any) -> str:
    return feel.show(value)[:200]


# -- values ----------------------------------------------------------------------------------------------------------


def _children(element: Any, name: str) -> list[Any]:
    return [one for one in element if isinstance(one.tag, str) and etree.QName(one).localname == name]


def _text(element: Any, name: str) -> str:
    return next((one.text or "" for one in _children(element, name)), "")


def _value(node: Any) -> Any:
    for items in _children(node, "list"):
        return None if items.get(NIL) == "true" else [_value(item) for item in _children(items, "item")]
    parts = _children(node, "component")
    if parts:
        return {part.get("name", ""): _value(part) for part in parts}
    for value in _children(node, "value"):
        return None if value.get(NIL) == "true" else _typed(value.get(TYPE, "string"), value.text or "")
    return None


def _typed(kind: str, text: str) -> Any:
    match kind.rpartition(":")[2]:
        case "decimal" | "double" | "integer" | "int" | "float" | "long":
            try:
                return Decimal(text.strip())
            except InvalidOperation:
                return None
        case "boolean":
            return text.strip() == "true"
        case "date":
            return temporal.parse_date(text)
        case "time":
            return temporal.parse_time(text)
        case "dateTime":
            return temporal.parse_moment(text)
        case "duration" | "dayTimeDuration" | "yearMonthDuration":
            return temporal.parse_duration(text)
        case _:
            return text
