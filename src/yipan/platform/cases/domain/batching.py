"""Which acts may be done on many cases at once: those that need no facts of the single case.

A correction notice, a refusal, an inspection say something of one case only; they are never offered here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .delivery import ELECTRONIC
from .states import State

AT_ONCE = 20  # more cases than this are done in the background
MOST = 200


@dataclass(frozen=True, slots=True)
class BatchAct:
    """``act`` and ``outcome`` of a task; without an act it is a move of tasks or the printing of sheets."""

    key: str
    title: str
    act: str = ""
    outcome: str = ""
    opinion: str = ""
    needs_reason: bool = False


ACTS = {
    one.key: one
    for one in (
        BatchAct("accept", "受理", "precheck", "accept", "受理意见"),
        BatchAct("settle", "当场办结", "instant", "grant", "办理意见"),
        BatchAct("examine", "审查材料", "examine", "", "审查意见"),
        BatchAct("qualified", "审查通过", "conclude", "qualified", "审查意见"),
        BatchAct("agree", "同意（回复征求意见）", "consult", "agree", "回复意见"),
        BatchAct("pass", "审核通过", "review", "pass", "审核意见"),
        BatchAct("grant", "准予", "decide", "grant", "决定意见"),
        BatchAct("produce", "制证", "produce"),
        BatchAct("deliver", "电子送达", "deliver"),
        BatchAct("urge", "催办", needs_reason=False),
        BatchAct("transfer", "转办", opinion="转办说明", needs_reason=True),
        BatchAct("print", "打印审批表"),
    )
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides about one case: its open tasks are (id, name, act, outcomes, applicant's, why not)."""

    state: State
    e_service: bool
    under_way: bool
    follows: bool
    tasks: Sequence[tuple[int, str, str, Collection[str], bool, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The task the act would be done on, or why it cannot be done."""

    task_id: int | None
    why: str = ""


def verdict(act: BatchAct, facts: Facts) -> Verdict:
    """Whether a case allows an act now, by the same rules as its own page."""
    if act.key == "print":
        return Verdict(None)
    if act.key == "urge":
        others = [task for task in facts.tasks if not task[4] and task[5]]
        return Verdict(others[0][0]) if others else Verdict(None, "没有等待他人办理的环节，不用催办。")
    if act.key == "transfer":
        mine = [task for task in facts.tasks if not task[5]]
        return Verdict(mine[0][0]) if mine else Verdict(None, _where(facts, "没有您可以转办的环节"))
    wanted = [task for task in facts.tasks if task[2] == act.act]
    if not wanted:
        return Verdict(None, _where(facts, f"现在不能{act.title}"))
    task_id, name, _act, outcomes, _step, why = next((one for one in wanted if not one[5]), wanted[0])
    if why:
        return Verdict(None, why)
    if act.outcome and outcomes and act.outcome not in outcomes:
        return Verdict(None, f"“{name}”不能选择“{act.title}”。")
    return Verdict(task_id) if not (reason := _individual(act, facts)) else Verdict(None, reason)


def _individual(act: BatchAct, facts: Facts) -> str:
    """What only this case has against the act."""
    if act.key == "accept" and facts.follows:
        return "有容缺后补的材料，须在办件页选择“容缺受理”。"
    if act.key == "deliver" and facts.under_way:
        return "结果已经寄出、存入自助柜或者正在公告。"
    if act.key == "deliver" and not facts.e_service:
        return "申请人没有同意电子送达，须在办件页登记送达。"
    return ""


def _where(facts: Facts, what: str) -> str:
    steps = "、".join(task[1] for task in facts.tasks)
    return f"办件现为“{facts.state.title}”{f'，在“{steps}”环节' if steps else ''}，{what}。"


def data_of(act: BatchAct, receiver: str) -> dict[str, str]:
    """What the task's form would send besides outcome and opinion."""
    return {"way": ELECTRONIC, "receiver": receiver} if act.key == "deliver" else {}
