"""How complete a published guide is: what an applicant, a window and an approver need, and what is still missing.

A score of 100 means that nothing asked for here is missing; each missing thing is named with what to add. The demands
are those of GB/T 39554.2-2020 (要素要求) and of sheet 22 (guides people can follow without asking), weighed by how much
their absence costs: 3 for what law demands, 2 for what spares a visit or a question, 1 for the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .item import Item, Material

LICENCE = "10"  # result_type: a licence


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing a guide should say: whether it does, and what to add where it does not."""

    group: str
    label: str
    weight: int
    met: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Completeness:
    demands: tuple[Demand, ...]

    @property
    def score(self) -> int:
        """0 to 100, rounded down: 100 only when nothing is missing."""
        whole = sum(demand.weight for demand in self.demands)
        return 100 * sum(demand.weight for demand in self.demands if demand.met) // whole

    @property
    def missing(self) -> tuple[Demand, ...]:
        """The heaviest first."""
        return tuple(sorted((d for d in self.demands if not d.met), key=lambda demand: -demand.weight))


def completeness(item: Item) -> Completeness:
    return Completeness((*_basics(item), *_handling(item), *_law(item), *_materials(item), *_help(item)))


def _basics(item: Item) -> Iterator[Demand]:
    yield Demand("基本信息", "事项说明", 2, len(item.summary) >= 15, "用一两句话说明谁在什么时候办、办成什么")
    yield Demand("基本信息", "常用叫法", 1, len(item.aliases) >= 2, "至少写两个群众常用的叫法，搜索时能找到")
    themes = bool(item.personal_themes or item.legal_themes)
    yield Demand("基本信息", "主题分类", 1, themes, "归入个人或法人主题，首页按主题能找到")
    to_confirm = not item.raw.get("to_confirm")
    yield Demand("基本信息", "待核对的内容", 1, to_confirm, "与在用目录核对后，删去待核对清单")


def _handling(item: Item) -> Iterator[Demand]:
    raw = item.raw
    yield Demand("办理", "受理条件", 3, bool(raw.get("accept_conditions")), "逐条写明受理条件")
    yield Demand("办理", "不予受理的情形", 2, bool(raw.get("refuse_conditions")), "写明哪些情形不予受理或者不予许可")
    yield Demand("办理", "办理流程", 3, len(item.steps) >= 2, "写明各环节的办理人、时限和结果")
    points = bool(item.steps) and all(step.points for step in item.steps)
    yield Demand("办理", "审查要点", 2, points, "每个环节至少写一条审查要点")
    yield Demand("办理", "办理地点", 2, bool(raw.get("windows")), "写明大厅和窗口")
    situation = bool(item.questions) or len(item.paths) == 1
    yield Demand("办理", "情形引导", 2, situation, "用问题引导申请人选择情形，只列他需要的材料")
    online = item.applies_online or item.handling.place != "here"
    yield Demand("办理", "网上申请", 2, online, "配置申请表和办理流程，或者写明跳转到哪个系统办理")
    result = raw.get("result") or {}
    licence = result.get("type") != LICENCE or bool(item.licence_template or result.get("licence_template"))
    yield Demand("办理", "结果证照模板", 2, licence, "配置电子证照模板，办结后可以电子送达")


def _law(item: Item) -> Iterator[Demand]:
    full = bool(item.bases) and all(base.doc_no and base.article and base.text for base in item.bases)
    yield Demand("依据和时限", "设定依据", 3, bool(item.bases), "写明设定依据")
    yield Demand("依据和时限", "依据的文号、条款和原文", 2, full, "每条依据写明文号、条款号和条款原文")
    legal = item.legal_limit.limit is None or bool(item.legal_limit.basis)
    yield Demand("依据和时限", "法定时限的依据", 2, legal, "写明法定时限出自哪部法律法规")
    promise = item.shortened is None or item.shortened >= 0
    yield Demand("依据和时限", "承诺时限不长于法定时限", 3, promise, "缩短承诺时限")
    remedies = item.raw.get("remedies") or {}
    told = bool(remedies.get("review_body") and remedies.get("litigation_court"))
    yield Demand("依据和时限", "救济途径", 3, told, "写明行政复议机关和诉讼法院")


def _materials(item: Item) -> Iterator[Demand]:
    for one in item.materials:
        group = f"材料：{one.name}"
        yield Demand(group, "提交依据", 2, bool(one.by_law), "写明要求提交这份材料的依据")
        if one.source.kind not in ("upload", "choose"):
            continue
        stand = bool(one.accept_stand or one.explain)
        yield Demand(group, "受理标准", 2, stand, "写明什么样的材料算合格，窗口和申请人按同一标准")
        yield Demand(group, "样表或者空白表", 1, _shown(one), "提供填写样例或者空白表格")


def _shown(material: Material) -> bool:
    return bool(material.sample or material.sample_paper or material.template or material.template_paper)


def _help(item: Item) -> Iterator[Demand]:
    raw = item.raw
    yield Demand("咨询", "咨询方式", 2, bool(raw.get("contact")), "写明咨询电话或者窗口")
    yield Demand("咨询", "监督投诉方式", 2, bool(raw.get("supervision")), "写明监督投诉电话")
    yield Demand("咨询", "常见问题", 1, bool(raw.get("faq")), "收录窗口常被问到的问题")
