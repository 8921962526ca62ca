"""The story of a case in plain words, from its acts: what an applicant and a clerk read, each in their words."""

from collections.abc import Sequence
from typing import Any

from yipan.platform import records

from .models import Case
from .queries import TimelineRow

APPLICANT_WORDS = {
    "begin": "您开始填写申请",
    "submit": "您提交了申请，已收件",
    "start_precheck": "工作人员开始核对材料",
    "notify_correction": "需要补正材料，请查看一次性告知书",
    "submit_correction": "您提交了补正材料",
    "accept": "已受理，办理时限开始计算",
    "accept_tolerantly": "已容缺受理，请在承诺的期限内补齐材料",
    "supply_tolerated": "您补齐了容缺材料",
    "return_tolerated": "补交的材料不符合要求，请重新补交",
    "record_breach": "没有在承诺的期限内补齐材料",
    "deem_accepted": "逾期未告知，视为已受理",
    "refuse_acceptance": "不予受理，请查看通知书",
    "begin_examination": "开始审查",
    "convert": "需要进一步审查，转为承诺件",
    "order_special_procedure": "启动特别程序，时限暂停",
    "end_special_procedure": "特别程序结束，时限恢复",
    "inform_hearing": "告知您有权要求听证，请查看告知书",
    "waive_hearing": "放弃听证",
    "lapse_hearing": "期满无人申请听证",
    "schedule_hearing": "确定了听证的时间和地点，请查看通知书",
    "postpone_hearing": "听证改期，请查看通知书",
    "hold_hearing": "举行了听证",
    "record_inspection": "完成现场核查",
    "request_opinion": "征求有关部门意见",
    "give_opinion": "有关部门回复了意见",
    "conclude_examination": "审查完成，提交审核",
    "review": "审核通过，等待决定",
    "return_to_examination": "审核要求补充说明，继续审查",
    "approve_extension": "办理时限延长，请查看通知书",
    "recount": "工作日历更正，期限重新计算",
    "terminate": "终止办理，请查看决定书",
    "grant": "作出准予决定",
    "refuse": "作出不予决定，请查看决定书",
    "produce": "正在制作办理结果",
    "make_ready": "结果已出，等待送达",
    "choose_delivery": "您更改了领取方式",
    "dispatch": "结果已交寄或者存入自助柜",
    "dispatch_failed": "没有送到，正在处理",
    "reissue": "决定补发证照",
    "announce": "公告送达",
    "deliver": "已送达",
    "archive": "办结",
    "withdraw": "您撤回了申请",
    "deem_withdrawn": "逾期未补正，视为撤回",
    "rate": "您作出了评价",
    "urge": "您催办了这件申请",
}
# What the applicant does himself: no unit stands beside it.
OWN = {"begin", "submit", "submit_correction", "supply_tolerated", "withdraw", "rate", "urge", "choose_delivery"}
# Acts whose reason the applicant reads.
REASONS_TOLD = {"order_special_procedure", "convert", "approve_extension", "return_tolerated", "record_breach"}
STOPS = {
    "order_special_procedure", "notify_correction", "refuse_acceptance", "refuse", "deem_withdrawn", "terminate",
    "return_tolerated", "record_breach",
}  # fmt: skip


def story(case: Case, acts: Sequence[Any], *, for_applicant: bool) -> list[TimelineRow]:
    """``acts`` are records' read rows of the case's chain, oldest first.

    An applicant sees his own moves and the results with the unit they come from, without the names and internal
    opinions of officials.
    """
    lines: list[TimelineRow] = []
    for act in acts:
        verb = act.verb.removeprefix("case.")
        if for_applicant:
            title: str = APPLICANT_WORDS.get(verb, "")
            if not title:
                continue
            who = "" if verb in OWN else act.unit
            text = act.reason if verb in REASONS_TOLD else ""
        else:
            title = records.verbs.title(act.verb)
            who = act.actor + (f"（代{act.deputy_for}）" if act.deputy_for else "")
            text = act.reason
        lines.append(TimelineRow(act.at, title, who, text, "stop" if verb in STOPS else "ok"))
    if lines and case.concluded_at is None:
        last = lines[-1]
        lines[-1] = TimelineRow(last.at, last.title, last.who, last.text, "stop" if last.tone == "stop" else "now")
    return lines
