"""The difference of two versions in words of an office."""

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.kernel.bpmn import Change, ElementDifference, Process

WHAT = {"added": "新增", "removed": "删去", "changed": "改变"}
KINDS = {
    "start": "开始事件", "end": "结束事件", "catch": "等待事件", "throw": "抛出事件", "boundary": "边界事件",
    "user": "人工环节", "service": "自动环节", "script": "计算", "rule": "决策", "send": "发送", "receive": "等待消息",
    "manual": "人工环节", "task": "环节", "call": "子流程调用", "subprocess": "子流程", "transaction": "事务",
    "event_subprocess": "事件子流程", "exclusive": "排他网关", "parallel": "并行网关", "inclusive": "包容网关",
    "event_based": "事件网关", "flow": "连线",
}  # fmt: skip
FIELDS = {
    "name": "名称", "kind": "种类", "condition": "条件", "source": "起点", "target": "终点", "default": "默认连线",
    "documentation": "说明", "scope": "所在子流程", "script": "计算式", "decision": "决策表", "result": "结果变量",
    "event.kind": "事件种类", "event.name": "消息或信号", "event.key": "关联键", "event.condition": "条件",
    "event.timer": "时间", "event.timer.limit": "期限", "event.timer.limit.amount": "期限",
    "event.timer.text.text": "时间",
    "event.timer.limit.unit": "期限单位", "attached_to": "所附环节", "interrupting": "是否中断",
    "multi": "多人（多实例）",
    "loop": "循环", "work.role": "角色", "work.role.text": "角色", "work.unit": "单位", "work.person": "办理人",
    "work.signers": "会签人", "work.act": "办理动作", "work.form": "表单", "work.limit": "期限",
    "work.limit.amount": "期限", "work.limit.unit": "期限单位", "work.sign_off.mode": "签批方式",
    "work.sign_off.ratio": "票签比例", "work.not_same_as": "回避的环节", "work.outcomes": "办理结果",
    "work.applicant_step": "申请人办理", "work.return_cancels_siblings": "退回时撤销其他分支",
    "work.recallable": "可否撤回", "work.opinion_column": "意见栏", "call": "被调用的流程", "inputs": "输入",
    "outputs": "输出",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    what: str
    name: str
    kind: str
    changes: tuple[str, ...]


def row_of(line: ElementDifference, *processes: Process) -> DifferenceRow:
    """``processes``: where the names of what a flow connects are found, the newer one last."""
    return DifferenceRow(
        WHAT[line.what],
        _named(line, processes),
        KINDS.get(line.kind, line.kind),
        tuple(_said(change) for change in line.changes),
    )


def _named(line: ElementDifference, processes: Sequence[Process]) -> str:
    """An element by its name; a flow by what it leads from and to."""
    for process in reversed(processes):
        if line.id in process.flows:
            flow = process.flows[line.id]
            ends = [
                process.nodes[end].name or KINDS.get(process.nodes[end].kind, end) for end in (flow.source, flow.target)
            ]
            return " → ".join(ends) + (f"（{line.name}）" if line.name else "")
    return line.name or line.id


@dataclass(frozen=True, slots=True)
class Size:
    """How much work a process has: steps of people, and their limits in working days when each is used up."""

    steps: int
    days: int


def size(process: Process) -> Size:
    """Steps of officials only; days of limits that are given in working days."""
    found = [node for node in process.nodes.values() if node.kind == "user" and not node.work.applicant_step]
    limits = [node.work.limit for node in found if node.work.limit is not None]
    return Size(len(found), sum(limit.amount for limit in limits if limit.unit == "working_days"))


def _said(change: Change) -> str:
    return f"{FIELDS.get(change.field, change.field)}：{change.before or '（无）'} → {change.after or '（无）'}"
