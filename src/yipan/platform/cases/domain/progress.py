"""What an applicant is told of his case: the stages of its way with their days, what comes next, what he has to do.

Plain words for somebody who knows nothing of the office; every date is the one the back office sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .states import BEFORE_ACCEPTANCE, ENDED, UNDECIDED, State

NOTHING_TO_DO = "您现在不用做什么，有进展会通知您。"
OBJECT = "不服的，可以在文书写明的期限内申请行政复议或者提起行政诉讼。"


@dataclass(frozen=True, slots=True)
class Facts:
    """``due`` and the other limits are already written as officials do (2026-03-12 24:00), "" where there is none.

    ``special`` names what stops the clock ("检测"), ``waiting_units`` whose opinion is awaited.
    """

    state: State
    received_at: datetime | None = None
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    delivered_at: datetime | None = None
    granted: bool | None = None
    notice_due: str = ""
    correction_due: str = ""
    due: str = ""
    overdue: bool = False
    on_site: bool = False
    special: str = ""
    waiting_units: Sequence[str] = ()
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the way; ``state``: done, now, todo or stopped; ``at`` when it was reached."""

    title: str
    state: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Guidance:
    """``following``: what happens next; ``own``: what the applicant does himself."""

    following: str
    own: str = NOTHING_TO_DO


def stages(facts: Facts) -> list[Stage]:
    """The way of every case in five stages; a case that ended early ends the list where it stopped."""
    state = facts.state
    sent = Stage("提交申请", "done", facts.received_at)
    if state is State.ACCEPTANCE_REFUSED:
        return [sent, Stage("不予受理", "stopped")]
    accepted = Stage("受理", "done", facts.accepted_at)
    if state in (State.WITHDRAWN, State.DEEMED_WITHDRAWN, State.TERMINATED):
        before = [sent, accepted] if facts.accepted_at else [sent]
        return [*before, Stage(state.title, "stopped")]
    if state in BEFORE_ACCEPTANCE:
        note = "等您补正" if state is State.CORRECTION else "核对材料"
        later = [Stage(title, "todo") for title in ("审查", "决定", "领取结果")]
        return [sent, Stage("受理", "now", note=note), *later]
    if state in UNDECIDED:
        deciding = state is State.DECISION
        note = "时限暂停" if state is State.SPECIAL_PROCEDURE else "正在办理"
        return [
            sent,
            accepted,
            Stage("审查", "done" if deciding else "now", note="" if deciding else note),
            Stage("决定", "now" if deciding else "todo", note="等待决定" if deciding else ""),
            Stage("领取结果", "todo"),
        ]
    decided = Stage("准予" if facts.granted else "不予", "done", facts.decided_at)
    if state in (State.DELIVERED, State.ARCHIVED):
        last = Stage("领取结果", "done", facts.delivered_at)
    else:
        last = Stage("领取结果", "now", note="正在制证" if state in (State.GRANTED, State.PRODUCTION) else "等待送达")
    return [sent, accepted, Stage("审查", "done"), decided, last]


def guidance(facts: Facts) -> Guidance:
    """What comes next and what the applicant has to do, in the words of the state the case is in."""
    state = facts.state
    if state is State.CORRECTION:
        return Guidance(
            "您补齐以后，工作人员重新核对材料，再告诉您是否受理。",
            f"请在 {facts.correction_due} 前把下面列出的内容一次补齐；逾期没有补齐的，视为撤回申请。",
        )
    if state in BEFORE_ACCEPTANCE:
        return Guidance(f"工作人员正在核对您的材料，最迟 {facts.notice_due} 告诉您是否受理。")
    if state in UNDECIDED:
        return _under_way(facts)
    if state in ENDED or state is State.DELIVERED:
        return _ended(facts)
    if state in (State.GRANTED, State.PRODUCTION):
        return Guidance("已经准予，正在制作结果和用印，做好以后可以在这里查看和下载。")
    if facts.granted:
        return Guidance("结果已经做好，等待送达登记。", "现在就可以在这里查看、下载和出示。")
    return Guidance("决定书已经做好，等待送达登记。", f"请查看决定书，里面写明了理由和依据。{OBJECT}")


def _under_way(facts: Facts) -> Guidance:
    by = f"最迟 {facts.due} 办结" if facts.due else "办结后会通知您"
    if facts.overdue:
        return Guidance(
            f"已经超过承诺的办结时间（{facts.due}），我们为此道歉，办理单位正在处理。", "您可以在本页催办一次。"
        )
    own = "工作人员要到现场核查，请保持电话畅通。" if facts.on_site else NOTHING_TO_DO
    match facts.state:
        case State.SPECIAL_PROCEDURE:
            what = facts.special or "特别程序"
            return Guidance(
                f"正在进行{what}，这段时间依法不计入办理时限；结束后继续审查，新的期限会写在本页。",
                f"请按特别程序告知书配合{what}。",
            )
        case State.CONSULTATION:
            units = "、".join(facts.waiting_units) or "有关部门"
            return Guidance(f"正在征求{units}的意见，时间照常计算，{by}。", own)
        case State.REVIEW:
            return Guidance(f"审查已经完成，负责人正在审核，{by}。")
        case State.DECISION:
            return Guidance(f"审核已经通过，等待负责人作出决定，{by}。")
        case State.EXTENSION:
            return Guidance("办理单位认为需要延长时间，批准以后会书面告诉您理由和新的期限。", own)
        case _:
            return Guidance(f"办理单位正在审查，审查后由负责人作出决定，{by}。", own)


def _ended(facts: Facts) -> Guidance:
    match facts.state:
        case State.ACCEPTANCE_REFUSED:
            return Guidance("这次申请到此结束。", f"请查看不予受理通知书，里面写明了理由和应当向谁申请。{OBJECT}")
        case State.TERMINATED:
            return Guidance("这次申请已经终止办理。", f"请查看决定书，里面写明了理由。{OBJECT}")
        case State.WITHDRAWN:
            return Guidance("您已经撤回申请，这次办理到此结束。", "需要时可以重新申请。")
        case State.DEEMED_WITHDRAWN:
            return Guidance("因为逾期没有补正，视为撤回申请，这次办理到此结束。", "准备好材料以后可以重新申请。")
    if not facts.granted:
        return Guidance("已经办结。", f"请查看决定书，里面写明了理由和依据。{OBJECT}")
    own = "证照有变更、快到期时，请按时申请变更或者延续。" if facts.rated else "请您为这次办理打个分。"
    return Guidance("已经办结。", own)
