"""States of a case and the one transition table that guards every act.

Codes and names follow the district's case standard (办件状态). The process decides the order of steps; this table
decides what is legal: an act whose row does not name the present state is refused, whatever a process model says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """The state code as exchanged with the province; ``title`` is what people read."""

    DRAFT = 10
    RECEIVED = 11
    PRECHECK = 12
    CORRECTION = 13
    ACCEPTED = 14
    ACCEPTANCE_REFUSED = 15
    ACCEPTED_TOLERANTLY = 16
    EXAMINATION = 20
    SPECIAL_PROCEDURE = 21
    CONSULTATION = 22
    REVIEW = 23
    DECISION = 24
    EXTENSION = 25
    TERMINATED = 26
    GRANTED = 30
    REFUSED = 31
    PRODUCTION = 40
    DELIVERY = 41
    DELIVERED = 42
    ARCHIVED = 50
    WITHDRAWN = 90
    DEEMED_WITHDRAWN = 91

    @property
    def title(self) -> str:
        return _TITLES[self]

    @property
    def plain(self) -> str:
        """What an applicant reads."""
        return _PLAIN.get(self, _TITLES[self])


_TITLES = {
    State.DRAFT: "草稿",
    State.RECEIVED: "已收件",
    State.PRECHECK: "预审",
    State.CORRECTION: "待补正",
    State.ACCEPTED: "已受理",
    State.ACCEPTANCE_REFUSED: "不予受理",
    State.ACCEPTED_TOLERANTLY: "容缺受理",
    State.EXAMINATION: "审查",
    State.SPECIAL_PROCEDURE: "特别程序",
    State.CONSULTATION: "征求意见",
    State.REVIEW: "审核",
    State.DECISION: "待决定",
    State.EXTENSION: "申请延期",
    State.TERMINATED: "终止办理",
    State.GRANTED: "准予决定",
    State.REFUSED: "不予决定",
    State.PRODUCTION: "制证",
    State.DELIVERY: "待送达",
    State.DELIVERED: "已送达",
    State.ARCHIVED: "办结归档",
    State.WITHDRAWN: "申请人撤回",
    State.DEEMED_WITHDRAWN: "视为撤回",
}
_PLAIN = {
    State.DRAFT: "草稿，尚未提交",
    State.RECEIVED: "已收到您的申请，等待预审",
    State.PRECHECK: "正在核对您的材料",
    State.CORRECTION: "请补正材料",
    State.ACCEPTED: "已受理，正在办理",
    State.ACCEPTED_TOLERANTLY: "已容缺受理，请按时补齐材料",
    State.EXAMINATION: "正在审查",
    State.SPECIAL_PROCEDURE: "正在检验检测等，时限暂停",
    State.CONSULTATION: "正在征求有关部门意见",
    State.REVIEW: "正在审核",
    State.DECISION: "等待作出决定",
    State.GRANTED: "已准予，正在制作结果",
    State.PRODUCTION: "正在制作结果",
    State.DELIVERY: "结果已出，等待送达",
    State.DELIVERED: "已送达",
    State.ARCHIVED: "已办结",
}

BEFORE_ACCEPTANCE = frozenset({State.RECEIVED, State.PRECHECK, State.CORRECTION})
EXAMINING = frozenset({State.EXAMINATION, State.SPECIAL_PROCEDURE, State.CONSULTATION})
UNDECIDED = frozenset(
    {State.ACCEPTED, State.ACCEPTED_TOLERANTLY, State.REVIEW, State.DECISION, State.EXTENSION} | EXAMINING
)
ENDED = frozenset(
    {
        State.ACCEPTANCE_REFUSED,
        State.TERMINATED,
        State.ARCHIVED,
        State.WITHDRAWN,
        State.DEEMED_WITHDRAWN,
    }
)
# From the decision to the hand-over: what may still come in then is a material that was promised for after the licence.
DECIDED = frozenset({State.GRANTED, State.PRODUCTION, State.DELIVERY, State.DELIVERED})
# Acts that leave the case where it is.
STAYING = frozenset(
    {
        "supply_tolerated", "return_tolerated", "record_breach", "convert", "inform_hearing", "waive_hearing",
        "lapse_hearing", "schedule_hearing", "postpone_hearing", "hold_hearing",
    }
)  # fmt: skip
# Acts that end the wait for an extension; everything else that is done meanwhile leaves the case waiting for it.
EXTENSION_DECIDED = frozenset({"approve_extension", "reject_extension"})


@dataclass(frozen=True, slots=True)
class ActRule:
    """One case act: its verb, its name on screens, the states it may start from and the state it leads to.

    ``to`` is None where the state stays (``STAYING``) or depends on what else is open (see ``resulting_state``).
    """

    verb: str
    title: str
    sources: frozenset[State]
    to: State | None


def _rule(verb: str, title: str, sources: Iterable[State], to: State | None) -> tuple[str, ActRule]:
    return verb, ActRule(verb, title, frozenset(sources), to)


ACTS: dict[str, ActRule] = dict(
    [
        _rule("submit", "提交申请", {State.DRAFT}, State.RECEIVED),
        _rule("discard", "放弃草稿", {State.DRAFT}, State.WITHDRAWN),
        _rule("start_precheck", "开始预审", {State.RECEIVED}, State.PRECHECK),
        _rule("notify_correction", "一次性告知补正", {State.RECEIVED, State.PRECHECK}, State.CORRECTION),
        _rule("submit_correction", "提交补正材料", {State.CORRECTION}, State.RECEIVED),
        _rule("accept", "受理", {State.RECEIVED, State.PRECHECK}, State.ACCEPTED),
        _rule("deem_accepted", "视为受理", {State.RECEIVED, State.PRECHECK}, State.ACCEPTED),
        _rule("accept_tolerantly", "容缺受理", {State.RECEIVED, State.PRECHECK}, State.ACCEPTED_TOLERANTLY),
        _rule("refuse_acceptance", "不予受理", {State.RECEIVED, State.PRECHECK}, State.ACCEPTANCE_REFUSED),
        _rule("begin_examination", "开始审查", {State.ACCEPTED, State.ACCEPTED_TOLERANTLY}, State.EXAMINATION),
        _rule("convert", "转为承诺件", {State.EXAMINATION}, None),
        _rule("order_special_procedure", "启动特别程序", EXAMINING, None),
        _rule("end_special_procedure", "结束特别程序", {State.SPECIAL_PROCEDURE}, None),
        _rule("inform_hearing", "告知听证权利", EXAMINING, None),
        _rule("waive_hearing", "放弃听证", EXAMINING | {State.EXTENSION}, None),
        _rule("lapse_hearing", "期满无人申请听证", EXAMINING | {State.EXTENSION}, None),
        _rule("schedule_hearing", "发出听证通知书", {State.SPECIAL_PROCEDURE}, None),
        _rule("postpone_hearing", "听证改期", EXAMINING, None),
        _rule("hold_hearing", "举行听证", EXAMINING, None),
        _rule("request_opinion", "征求意见", EXAMINING, None),
        _rule("give_opinion", "回复意见", EXAMINING | {State.EXTENSION}, None),
        _rule("record_inspection", "记录现场核查", EXAMINING | {State.EXTENSION}, None),
        _rule("examine", "审查材料", EXAMINING | {State.EXTENSION}, None),
        _rule("conclude_examination", "提出审查意见", {State.EXAMINATION}, State.REVIEW),
        _rule("submit_for_decision", "提请决定", {State.EXAMINATION}, State.DECISION),
        _rule("review", "审核通过", {State.REVIEW}, State.DECISION),
        _rule("return_to_examination", "退回审查", {State.REVIEW, State.DECISION}, State.EXAMINATION),
        _rule("request_extension", "申请延期", {State.EXAMINATION, State.CONSULTATION}, State.EXTENSION),
        _rule("approve_extension", "批准延期", {State.EXTENSION}, None),
        _rule("reject_extension", "不同意延期", {State.EXTENSION}, None),
        _rule("supply_tolerated", "补齐容缺材料", UNDECIDED | DECIDED, None),
        _rule("return_tolerated", "退回容缺材料", UNDECIDED | DECIDED, None),
        _rule("record_breach", "容缺承诺逾期未兑现", UNDECIDED | DECIDED, None),
        _rule("grant", "准予", {State.ACCEPTED, State.EXAMINATION, State.DECISION}, State.GRANTED),
        _rule("refuse", "不予", {State.DECISION}, State.REFUSED),
        _rule("terminate", "终止办理", UNDECIDED, State.TERMINATED),
        _rule("withdraw", "撤回申请", BEFORE_ACCEPTANCE | UNDECIDED, State.WITHDRAWN),
        _rule("deem_withdrawn", "视为撤回", {State.CORRECTION}, State.DEEMED_WITHDRAWN),
        _rule("produce", "制证", {State.GRANTED}, State.PRODUCTION),
        _rule("make_ready", "转送达", {State.PRODUCTION, State.REFUSED}, State.DELIVERY),
        _rule("deliver", "送达", {State.DELIVERY}, State.DELIVERED),
        _rule("archive", "办结归档", {State.DELIVERED}, State.ARCHIVED),
    ]
)


class IllegalAct(Exception):
    """An act the present state does not allow; the text is what a clerk reads (answered with 409)."""

    def __init__(self, verb: str, state: State) -> None:
        self.verb, self.state = verb, state
        rule = ACTS[verb]
        allowed = "、".join(source.title for source in sorted(rule.sources))
        super().__init__(f"办件现为“{state.title}”，不能{rule.title}；只有在“{allowed}”时可以。")


def resulting_state(verb: str, state: State, *, open_special: int = 0, open_opinions: int = 0) -> State:
    """The state after an act, given what is open *after* it. Raises IllegalAct.

    During examination, special procedures (clock stands still) take precedence over consultations (clock runs),
    because the state tells everybody whether time counts. While an extension waits for its approval, the examination
    goes on.
    """
    rule = ACTS[verb]
    if state not in rule.sources:
        raise IllegalAct(verb, state)
    if rule.to is not None:
        return rule.to
    if verb in STAYING:
        return state
    if state is State.EXTENSION and verb not in EXTENSION_DECIDED:
        return state
    if open_special:
        return State.SPECIAL_PROCEDURE
    return State.CONSULTATION if open_opinions else State.EXAMINATION


def allowed_acts(state: State) -> list[ActRule]:
    """The acts whose row names this state, in the table's order."""
    return [rule for rule in ACTS.values() if state in rule.sources]
