"""A guide (办事指南) as people read it: every element of the national catalogue in words, and two versions compared.

The elements and their order follow GB/T 39554.2-2020 (要素要求). An element that an item does not have is written as
what its absence means (无, 不收费, 无数量限制), never left out: a guide in which something is missing says nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .item import Item, Material

_LICENCE_TYPE = re.compile(r"[0-9A-Z]{18}[0-9]{3}")
Names = Callable[[str, str], str]  # (code table, code) → its name
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Elements that belong together: label and value of each."""

    key: str
    title: str
    rows: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One material with everything the catalogue asks to publish of it, in words."""

    material: Material
    need: str
    form: str
    source: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version says otherwise than the version before it."""

    label: str
    before: str
    after: str


def elements(item: Item, names: Names) -> tuple[Group, ...]:
    """All elements but materials, steps, laws, windows and questions, which have tables of their own."""
    raw, body = item.raw, item.raw["body"]
    return (
        Group("identity", "事项与实施主体", tuple(_identity(item, raw, body, names))),
        Group("handling", "办理方式", tuple(_handling(item, raw, names))),
        Group("limits", "时限与次数", tuple(_limits(item, raw, names))),
        Group("fees", "收费", tuple(_fees(raw))),
        Group("result", "办理结果", tuple(_result(raw, names))),
    )


def _identity(item: Item, raw: Mapping[str, Any], body: Mapping[str, Any], names: Names) -> Iterator[Pair]:
    yield "事项名称", item.title
    yield "业务办理项", raw["variant"]["name"]
    yield "基本编码", item.catalog_code
    yield "实施编码", item.task_code
    yield "业务办理项编码", item.variant_code
    yield "事项类型", names("task_type", item.catalog_code[2:4])
    yield "权力来源", names("power_source", body.get("power_source", "1"))
    yield "行使层级", names("use_level", body["level"])
    yield "实施主体", item.unit_name
    yield "实施主体性质", names("dept_type", body.get("nature", "1"))
    yield "实施主体代码", item.unit_code
    yield "委托部门", body.get("entrusted_by") or "无"
    yield "受理机构", "、".join(names("unit", key) for key in body.get("accepted_by") or ()) or item.unit_name
    yield "联办机构", names("unit", item.consult_unit) if item.consult_unit else "无"
    yield "服务对象", "、".join(names("server_type", one) for one in item.server_types)
    yield "事项状态", names("task_state", item.standing.state)
    if not item.standing.open:
        yield "状态说明", item.standing.words
        yield "暂停或者取消的依据", item.standing.basis or "—"


def _handling(item: Item, raw: Mapping[str, Any], names: Names) -> Iterator[Pair]:
    handling = raw["handling"]
    yield "办件类型", names("project_type", raw["project_type"])
    yield "办理形式", "、".join(names("handle_type", one) for one in raw.get("handle_type") or ()) or "—"
    yield "在哪里办", item.handling.words
    if item.handling.note:
        yield "办理说明", item.handling.note
    yield "网上办理深度", names("online_depth", item.handling.online_depth) or "不支持网上办理"
    yield "通办范围", names("handle_area", handling.get("area", "")) or "本区"
    yield "进驻政务大厅", _yes(handling.get("entry_center"))
    yield "预约办理", _supported(item.handling.schedule)
    yield "物流快递", _supported(item.handling.express)
    yield "自助终端办理", _supported(item.handling.terminals)
    yield "网上支付", _supported(handling.get("pay_online"))
    yield "中介服务", raw.get("intermediary") or "无"
    yield "数量限制", raw.get("quantity_limit") or "无数量限制"
    priors = [f"{one['name']}（{one['basis']}）" for one in raw.get("prior_results") or ()]
    yield "前置条件", "；".join(priors) or "无"
    commitment = raw.get("commitment") or {}
    yield "告知承诺", commitment.get("follow_up") or "适用" if commitment.get("allowed") else "不适用"


def _limits(item: Item, raw: Mapping[str, Any], names: Names) -> Iterator[Pair]:
    yield "法定办结时限", _explained(item.legal_limit.words, item.legal_limit.explain)
    if item.legal_limit.basis:
        yield "法定时限依据", item.legal_limit.basis
    yield "承诺办结时限", _explained(item.promised_limit.words, item.promised_limit.explain)
    for path in item.paths if len(item.paths) > 1 else ():
        yield f"承诺办结时限（{path.name}）", path.promised.words if path.handled else "不用办理本事项"
    yield "延长时限", raw.get("extension") or "不延长"
    special = [_special(entry, names) for entry in raw.get("special_procedures") or ()]
    yield "特别程序", "；".join(special) or "无"
    yield "补正期限", f"{item.correction_days}个工作日"
    visits = raw["visits"]
    yield "到办事现场次数", f"{visits['count']}次"
    yield "跑动说明", visits.get("explain") or ("全程网上办理" if visits["count"] == 0 else "—")


def _special(entry: Mapping[str, Any], names: Names) -> str:
    days = f"不超过{entry['max_days']}个工作日" if entry.get("max_days") else "所需时间书面告知"
    parts = [part for part in (entry.get("basis"), entry.get("note")) if part]
    return f"{names('special_procedure', str(entry['kind']))}（{days}，不计入办理时限）" + "".join(
        f"，{p}" for p in parts
    )


def _fees(raw: Mapping[str, Any]) -> Iterator[Pair]:
    fees = raw.get("fees") or []
    yield "是否收费", "收费" if fees else "不收费"
    for fee in fees:
        yield fee["name"], "；".join(str(fee[part]) for part in ("amount", "basis", "note") if fee.get(part))


def _result(raw: Mapping[str, Any], names: Names) -> Iterator[Pair]:
    result = raw["result"]
    yield "结果名称", result["name"]
    yield "结果类型", names("result_type", str(result["type"]))
    years = result.get("valid_years")
    yield "有效期", f"{years}年" if years else result.get("validity") or "以结果载明的为准"
    if result.get("note"):
        yield "结果说明", result["note"]
    if _LICENCE_TYPE.fullmatch(str(result.get("licence_type", ""))):
        yield "电子证照类型代码", str(result["licence_type"])


def materials(item: Item, names: Names) -> tuple[MaterialRow, ...]:
    return tuple(_material(material, names) for material in item.materials)


def _material(material: Material, names: Names) -> MaterialRow:
    upload = material.source.kind in ("upload", "choose")
    parts = [names("material_type", material.paper)] if upload else []
    parts.append(names("material_format", material.medium or ("3" if upload else "2")))
    if upload:
        parts.append(f"{material.copies}份")
    if material.formats:
        parts.append("、".join(material.formats))
    held = "政府部门核发" if material.source.exempt else "申请人自备"
    return MaterialRow(
        material, names("is_need", material.needed), "，".join(parts), f"{held}：{material.source.words}"
    )


def _explained(words: str, explain: str) -> str:
    return f"{words}（{explain}）" if explain else words


def _yes(value: Any) -> str:
    return "是" if value else "否"


def _supported(value: Any) -> str:
    return "支持" if value else "不支持"


def differences(old: Item, new: Item, names: Names) -> tuple[Difference, ...]:
    """What changed for an applicant, in the order of the guide; a change of wording in a place that has no element of
    its own is told by that place."""
    before, after = _spoken(old, names), _spoken(new, names)
    labels = [*after, *(label for label in before if label not in after)]
    return tuple(
        Difference(label, before.get(label, "（无）"), after.get(label, "（无）"))
        for label in labels
        if before.get(label) != after.get(label)
    )


def _spoken(item: Item, names: Names) -> dict[str, str]:
    found: dict[str, str] = {"简介": item.summary}
    for group in elements(item, names):
        found |= dict(group.rows)
    for row in materials(item, names):
        one = row.material
        facts = (row.source, row.need, row.form, one.explain, one.accept_stand, one.not_needed_when, one.commitment)
        tolerance = one.tolerance.words if one.tolerance else ""
        found[f"材料：{one.name}"] = "；".join(part for part in (*facts, tolerance, one.by_law) if part)
    for number, condition in enumerate(item.raw.get("accept_conditions") or (), 1):
        found[f"受理条件（{number}）"] = condition
    for number, condition in enumerate(item.raw.get("refuse_conditions") or (), 1):
        found[f"不予受理或者不予许可的情形（{number}）"] = condition
    for step in item.steps:
        found[f"环节：{step.name}"] = "，".join(part for part in (step.role, step.days, step.result) if part)
    for basis in item.bases:
        effective = f"{basis.effective.isoformat()}施行" if isinstance(basis.effective, date) else ""
        found[f"依据：{basis.title}"] = " ".join(part for part in (basis.doc_no, basis.article, effective) if part)
    for question in item.questions:
        found[f"情形问题：{question.text}"] = "、".join(option.label for option in question.options) or "是、否"
    for label, key in (("咨询方式", "contact"), ("监督投诉方式", "supervision")):
        found[label] = str(item.raw.get(key) or "—")
    return found
