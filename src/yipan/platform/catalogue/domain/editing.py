"""What a unit may change in an item, and what the national and provincial catalogue fixes (基本目录锁定).

The name, the codes, the kind of power and the legal bases of an item are the same everywhere; a unit fills in how it
handles the item. Every change is a whole document, judged as a pack's item is. Source: GB/T 39554.2-2020, sheet c1.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yipan.kernel.packs import Document

from .item import Item
from .reading import dated, read_item

TEXT, AREA, NUMBER, LINES, DAYS = "text", "textarea", "number", "lines", "days"
LOCKED = (
    ("title", "事项名称"), ("catalog_code", "基本编码"), ("body.code", "实施主体编码"), ("body.level", "行使层级"),
    ("body.power_source", "权力来源"), ("legal_bases", "设定依据"), ("legal_limit", "法定时限"),
    ("server_type", "服务对象"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """One element a unit may change. ``place`` is its path in the document, ``kind`` how it is typed."""

    place: str
    label: str
    kind: str = AREA
    hint: str = ""


GENERAL = (
    Element("summary", "事项说明", AREA, "谁在什么时候办、办成什么，一两句话"),
    Element("promised_limit.amount", "承诺时限", NUMBER, "不能长于法定时限；0 为当场办结"),
    Element("promised_limit.explain", "承诺时限说明", TEXT),
    Element("visits.count", "跑动次数", NUMBER, "0、1 或者 2"),
    Element("accept_conditions", "受理条件", LINES, "每行一条"),
    Element("refuse_conditions", "不予受理或者不予许可的情形", LINES, "每行一条"),
    Element("handling.note", "办理说明", TEXT),
    Element("contact", "咨询方式", TEXT),
    Element("supervision", "监督投诉方式", TEXT),
    Element("aliases", "常用叫法", LINES, "每行一个，群众搜索时用"),
)
OF_MATERIAL = (
    Element("fill_explain", "填报须知", AREA),
    Element("accept_stand", "受理标准", AREA),
    Element("by_law", "要求提供的依据", TEXT, "没有依据的材料不能要求提供（行政许可法第三十一条）"),
    Element("tolerance.days", "容缺后补（工作日）", DAYS, "不能容缺的不填"),
    Element("reuse.months", "可以复用（月）", DAYS, "提交以后多久内不用再交；不能复用的填 0"),
)
HANDED_IN = ("upload", "choose")


@dataclass(frozen=True, slots=True)
class Shown:
    """An element with its present value as it is typed."""

    element: Element
    value: str


@dataclass(frozen=True, slots=True)
class MaterialForm:
    code: str
    name: str
    rows: tuple[Shown, ...]


def shown(data: Mapping[str, Any]) -> tuple[list[Shown], list[MaterialForm]]:
    """The general elements, and those of every material that somebody hands in."""
    general = [Shown(one, _typed(_get(data, one.place))) for one in GENERAL]
    return general, [
        MaterialForm(code, name, tuple(Shown(one, _typed(_get(data, one.place))) for one in elements))
        for code, name, elements in _materials(data)
    ]


def _materials(data: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[Element, ...]]]:
    for material in data.get("materials") or ():
        if material.get("source", "upload") in HANDED_IN:
            root = f"materials.{material['code']}"
            yield (
                material["code"],
                material["name"],
                tuple(Element(f"{root}.{one.place}", one.label, one.kind, one.hint) for one in OF_MATERIAL),
            )


def locked(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is fixed above, for reading."""
    found = []
    for place, label in LOCKED:
        value = _get(data, place)
        if isinstance(value, list):
            value = "、".join(str(one.get("title", "")) if isinstance(one, Mapping) else str(one) for one in value)
        elif isinstance(value, Mapping):
            value = str(value.get("basis") or value.get("explain") or value.get("amount") or "")
        found.append((label, str(value or "—")))
    return found


def changed(data: Mapping[str, Any], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The document with what was typed, and faults by place. Places that may not be changed are not looked at."""
    made: dict[str, Any] = copy.deepcopy(dict(data))
    faults: dict[str, str] = {}
    elements = [*GENERAL, *(element for _, _, some in _materials(data) for element in some)]
    for element in elements:
        if element.place not in typed:
            continue
        try:
            _put(made, element.place, _value(element, typed[element.place]))
        except ValueError as wrong:
            faults[element.place] = str(wrong)
    return made, faults


def judged(
    data: Mapping[str, Any], base: Mapping[str, Any], *, from_above: bool = False
) -> tuple[Item | None, list[str]]:
    """The item of a changed document and everything that is wrong with it; ``base`` is the version it began from.
    ``from_above``: the change comes down from the catalogue that fixes what a unit may not touch."""
    faults = (
        []
        if from_above
        else [
            f"“{label}”由国家、省基本目录统一规定，不能修改"
            for place, label in LOCKED
            if _get(data, place) != _get(base, place)
        ]
    )
    item, findings = read_item(Document("item", dated(data), {}))
    faults += [finding.message for finding in findings if finding.is_error]
    if item is None:
        return None, faults
    if item.shortened is not None and item.shortened < 0:
        faults.append(f"承诺时限（{item.promised_limit.words}）不能长于法定时限（{item.legal_limit.words}）")
    faults += [
        f"材料“{one.name}”没有写明依据，不能要求申请人提供（行政许可法第三十一条）"
        for one in item.materials
        if one.source.kind in HANDED_IN and not one.by_law
    ]
    return item, faults


def scheduled(data: Mapping[str, Any], *, since: date, note: str) -> dict[str, Any]:
    """The document as a version of its own: from which day, and what changed."""
    kept = {name: part for name, part in data.items() if name != "former_versions"}
    return kept | {"effective_from": since.isoformat(), "change_note": note}


# -- places ----------------------------------------------------------------------------------------------------------
# Parts that mean nothing without their number: they go with it.
OPTIONAL = ("tolerance", "reuse")


def _get(data: Any, place: str) -> Any:
    """The value at a place; rows of a list are named by their code."""
    for name in place.split("."):
        data = _step(data, name)
    return data


def _step(data: Any, name: str) -> Any:
    if isinstance(data, list):
        return next((one for one in data if one.get("code") == name), None)
    return data.get(name) if isinstance(data, Mapping) else None


def _put(data: Any, place: str, value: Any) -> None:
    *way, last = place.split(".")
    for name in way[:-1]:
        data = _step(data, name)
    parent = data if not way else _step(data, way[-1])
    if value is None and way and way[-1] in OPTIONAL:
        data.pop(way[-1], None)
        return
    if parent is None:
        parent = data[way[-1]] = {}
    if value is None:
        parent.pop(last, None)
    else:
        parent[last] = value


def _typed(value: Any) -> str:
    if value is None:
        return ""
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _value(element: Element, text: str) -> Any:
    text = text.strip()
    match element.kind:
        case "number" | "days":
            if not text:
                if element.kind == NUMBER:
                    raise ValueError(f"请填写{element.label}")
                return None
            if not (text.isascii() and text.isdigit() and len(text) < 5):
                raise ValueError(f"{element.label}应为整数")
            return int(text)
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case _:
            return text or None
