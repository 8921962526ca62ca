"""Changes of the provincial catalogue: whether a row can be read, and what it changes in an item here.

Column names are those of the national schema (sheet 22 d1); ``cd_operation`` I, U or D. Only what is fixed above is
changed by them; what a unit fills in stays as it is.
"""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from .national import UNITS

ADDED, CHANGED, WITHDRAWN = "I", "U", "D"
WORDS = {ADDED: "新增", CHANGED: "变更", WITHDRAWN: "取消"}
CODE_LENGTH = 12


def faults(row: Mapping[str, Any]) -> list[str]:
    """What is wrong with a row, in words with the column."""
    found = []
    if row.get("cd_operation") not in WORDS:
        found.append(f"cd_operation 应为 I、U 或者 D，现为“{row.get('cd_operation', '')}”")
    code = str(row.get("catalog_code", ""))
    if not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTH):
        found.append(f"catalog_code 应为 {CODE_LENGTH} 位数字，现为“{code[:30]}”")
    if not str(row.get("task_name", "")).strip():
        found.append("task_name 没有填写")
    days = str(row.get("anticipate_day", ""))
    if days and not (days.isascii() and days.isdigit() and len(days) < 4):
        found.append(f"anticipate_day 应为整数，现为“{days[:20]}”")
    for column in ("plan_effective_date", "plan_cancel_date"):
        if row.get(column) and day_of(row[column]) is None:
            found.append(f"{column} 应为年-月-日，现为“{str(row[column])[:20]}”")
    if row.get("cd_operation") == WITHDRAWN and not row.get("plan_cancel_date"):
        found.append("plan_cancel_date 没有填写：取消的事项须写明从哪一天起")
    return found


def day_of(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def applied(data: Mapping[str, Any], row: Mapping[str, Any], former_name: str) -> dict[str, Any]:
    """The document of an item with what the row says of the elements that are fixed above. ``former_name``: the name in
    the base catalogue so far, with which the names of its handling items begin."""
    made: dict[str, Any] = copy.deepcopy(dict(data))
    name = str(row.get("task_name", "")).strip()
    if name and former_name and name != former_name and made["title"].startswith(former_name):
        made["title"] = name + made["title"].removeprefix(former_name)
    days = str(row.get("anticipate_day", ""))
    if days:
        unit = UNITS.get(
            str(row.get("anticipate_type", "")), (made.get("legal_limit") or {}).get("unit", "working_days")
        )
        limit: dict[str, Any] = {"amount": int(days), "unit": unit}
        kept = {key: (made.get("legal_limit") or {}).get(key) for key in ("explain", "basis")}
        if row.get("anticipate_explain"):
            kept["basis"] = str(row["anticipate_explain"])
        made["legal_limit"] = limit | {key: value for key, value in kept.items() if value}
    laws = [line.strip() for line in str(row.get("by_law", "")).splitlines() if line.strip()]
    known = {str(one.get("title", "")) + str(one.get("article", "")) for one in made.get("legal_bases") or ()}
    if laws and set(laws) != known:
        made["legal_bases"] = [*(made.get("legal_bases") or ()), *({"title": law} for law in laws if law not in known)]
    return made
