"""Items in the column names of the national catalogue (政务服务事项 实施清单), for exchange with other platforms.

Two tables: items and their materials, joined by ``task_handle_item``. Sources: GB/T 39554.2-2020 (elements), the column
names of the national schema in sheet 22 d1. What the schema has no column for (situations, processes, forms) stays.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .item import Item, Material

ITEM_COLUMNS = (
    "task_name", "catalog_code", "task_code", "task_handle_item", "task_type", "task_state", "task_version", "by_law",
    "power_source", "use_level", "dept_name", "dept_code", "dept_type", "anticipate_day", "anticipate_type",
    "anticipate_explain", "promise_day", "promise_type", "promise_explain", "project_type", "limit_scene_num",
    "server_type", "handle_type", "special_procedure", "accept_condition", "handle_flow", "is_fee", "link_way",
    "supervise_way", "is_online", "online_handle_depth", "is_schedule", "is_express", "is_service_terminals",
    "handle_area", "is_entry_center", "result_type", "result_name", "user_topic_type", "corp_topic_type",
    "plan_effective_date", "plan_cancel_date", "cd_operation", "cd_time",
)  # fmt: skip
MATERIAL_COLUMNS = (
    "task_handle_item", "order_num", "material_name", "material_type", "material_format", "is_need", "source_type",
    "source_explain", "page_num", "page_format", "fill_explain", "accept_stand", "by_law", "handle_case",
)  # fmt: skip
LIMIT_TYPES = {"working_days": "1", "calendar_days": "2", "hours": "3", "months": "4"}
UNITS = {code: unit for unit, code in LIMIT_TYPES.items()}
ISSUED, OWN = "20", "10"  # code table source_type
# What an import may change: column → place in the document, and whether the value is a list of lines.
CHANGEABLE = {
    "promise_day": ("promised_limit", "amount"), "promise_explain": ("promised_limit", "explain"),
    "limit_scene_num": ("visits", "count"), "link_way": ("contact",), "supervise_way": ("supervision",),
}  # fmt: skip
NUMBERS = frozenset({"promise_day", "limit_scene_num"})
# Suspending and cancelling are acts of their own, with a reason; an import does neither.
FIXED = ("task_state", "task_name", "catalog_code", "task_code", "task_type", "dept_code", "by_law", "anticipate_day")
MATERIAL_CHANGEABLE = ("fill_explain", "accept_stand", "by_law")


def item_row(item: Item, *, number: int, since: str, exported: str) -> dict[str, str]:
    """An item as a row of the national table; every value is text."""
    raw = item.raw
    handling = raw.get("handling") or {}
    legal, promised = item.legal_limit, item.promised_limit
    result = raw.get("result") or {}
    return {
        "task_name": item.title,
        "catalog_code": item.catalog_code,
        "task_code": item.task_code,
        "task_handle_item": item.variant_code,
        "task_type": item.catalog_code[2:4],
        "task_state": item.standing.state,
        "task_version": str(number),
        "by_law": "\n".join(f"{basis.title}{basis.article}" for basis in item.bases),
        "power_source": str((raw.get("body") or {}).get("power_source", "")),
        "use_level": str((raw.get("body") or {}).get("level", "")),
        "dept_name": item.unit_name,
        "dept_code": item.unit_code,
        "dept_type": str((raw.get("body") or {}).get("nature", "")),
        "anticipate_day": str(legal.limit.amount) if legal.limit else "",
        "anticipate_type": LIMIT_TYPES[legal.limit.unit] if legal.limit else "",
        "anticipate_explain": legal.explain,
        "promise_day": str(promised.limit.amount) if promised.limit else "",
        "promise_type": LIMIT_TYPES[promised.limit.unit] if promised.limit else "",
        "promise_explain": promised.explain,
        "project_type": str(raw.get("project_type", "")),
        "limit_scene_num": str((raw.get("visits") or {}).get("count", "")),
        "server_type": ",".join(item.server_types),
        "handle_type": ",".join(str(kind) for kind in raw.get("handle_type") or ()),
        "special_procedure": ",".join(str(one.kind) for one in item.specials),
        "accept_condition": "\n".join(raw.get("accept_conditions") or ()),
        "handle_flow": "→".join(step.name for step in item.steps),
        "is_fee": "1" if raw.get("fees") else "0",
        "link_way": str(raw.get("contact", "")),
        "supervise_way": str(raw.get("supervision", "")),
        "is_online": _flag(handling.get("online")),
        "online_handle_depth": str(handling.get("online_depth", "")),
        "is_schedule": _flag(handling.get("schedule")),
        "is_express": _flag(handling.get("express")),
        "is_service_terminals": _flag(handling.get("terminals")),
        "handle_area": str(handling.get("area", "")),
        "is_entry_center": _flag(handling.get("entry_center")),
        "result_type": str(result.get("type", "")),
        "result_name": str(result.get("name", "")),
        "user_topic_type": ",".join(item.personal_themes),
        "corp_topic_type": ",".join(item.legal_themes),
        "plan_effective_date": since,
        "plan_cancel_date": since if item.standing.cancelled else "",
        "cd_operation": "D" if item.standing.cancelled else "U" if number > 1 else "I",
        "cd_time": exported,
    }


def material_rows(item: Item) -> list[dict[str, str]]:
    return [_material(item, number, one) for number, one in enumerate(item.materials, start=1)]


def _material(item: Item, number: int, one: Material) -> dict[str, str]:
    return {
        "task_handle_item": item.variant_code,
        "order_num": str(number),
        "material_name": one.name,
        "material_type": one.paper,
        "material_format": one.medium or ("3" if one.source.kind in ("upload", "choose") else "2"),
        "is_need": "3" if one.tolerance else one.needed,
        "source_type": ISSUED if one.source.exempt else OWN,
        "source_explain": one.source.words,
        "page_num": str(one.copies),
        "page_format": "、".join(one.formats),
        "fill_explain": one.explain,
        "accept_stand": one.accept_stand,
        "by_law": one.by_law,
        "handle_case": one.not_needed_when,
    }


def _flag(value: Any) -> str:
    return "1" if value else "0"


def merged(
    data: Mapping[str, Any], item: Item, row: Mapping[str, str], materials: Sequence[Mapping[str, str]]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The document with what a row and its materials say, and faults as (column, what is wrong).

    Only columns that are there and filled in count; one that is fixed above must say what is published.
    """
    made: dict[str, Any] = copy.deepcopy(dict(data))
    present = item_row(item, number=1, since="", exported="")
    faults = [
        (column, f"由国家、省基本目录统一规定，应为“{present[column][:60]}”")
        for column in FIXED
        if row.get(column, "").strip() and row[column].strip() != present[column]
    ]
    for column, place in CHANGEABLE.items():
        text = row.get(column, "").strip()
        if not text or text == present[column]:
            continue
        if column in NUMBERS and not (text.isascii() and text.isdigit() and len(text) < 5):
            faults.append((column, f"“{text[:20]}”不是整数"))
            continue
        _set(made, place, int(text) if column in NUMBERS else text)
    conditions = [line.strip() for line in row.get("accept_condition", "").splitlines() if line.strip()]
    if conditions:
        made["accept_conditions"] = conditions
    faults += _materials_into(made, materials)
    return made, faults


def _materials_into(made: dict[str, Any], rows: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    known = {one["name"]: one for one in made.get("materials") or ()}
    faults = []
    for row in rows:
        name = row.get("material_name", "").strip()
        if name not in known:
            faults.append(("material_name", f"本事项没有材料“{name[:40]}”；增减材料请在“事项变更”中办理"))
            continue
        for column in MATERIAL_CHANGEABLE:
            if text := row.get(column, "").strip():
                known[name][_place_of(column, known[name])] = text
    return faults


def _place_of(column: str, material: Mapping[str, Any]) -> str:
    """What the applicant reads of a material that government holds stands in its source's explanation."""
    explained = column == "fill_explain" and "fill_explain" not in material and "source_explain" in material
    return "source_explain" if explained else column


def _set(made: dict[str, Any], place: Sequence[str], value: Any) -> None:
    *way, last = place
    for name in way:
        made = made.setdefault(name, {})
    made[last] = value
