"""Hearings (听证): who may ask for one and until when, when it may be held, who may preside.

Source: 行政许可法 (2019) art. 46 (the law or the public interest asks for it), 47 (the applicant or an interested party
asks within five days of being told, it is held within twenty), 48 (notice seven days before, public, presided by
somebody who did not examine the application, the decision follows the record). All days are working days (art. 82).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

ASK_DAYS, HOLD_DAYS, NOTICE_DAYS = 5, 20, 7
LAW, ASKED = "law", "asked"
GROUNDS = {LAW: "依法应当听证（行政许可法第四十六条）", ASKED: "依申请听证（行政许可法第四十七条）"}
EXAMINED = frozenset({"examine", "inspect", "conclude"})  # task acts of those who may not preside
SHORTEST_RECORD, SHORTEST_REASON = 20, 6
SIGNED, REFUSED = "signed", "refused"
SIGNATURES = {SIGNED: "听证参加人已核对并签字或者盖章", REFUSED: "听证参加人拒绝签字或者盖章"}


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where and by whom a hearing is to be held; ``reason``: why it is not public."""

    at: datetime
    place: str
    host_id: int | None
    public: bool
    reason: str = ""


def faults_of_plan(
    plan: Plan, *, earliest: datetime, latest: datetime | None, examined: Collection[int]
) -> dict[str, str]:
    """What a plan lacks, by field. ``earliest``: the end of the seventh working day from now; ``latest``: until when a
    hearing that was asked for must be held."""
    found = {}
    if plan.at < earliest:
        found["at"] = f"听证通知书应当在举行的 {NOTICE_DAYS} 个工作日以前送达，最早可以定在 {_day(earliest)} 以后"
    elif latest is not None and plan.at > latest:
        found["at"] = f"依申请的听证应当在收到申请之日起 {HOLD_DAYS} 个工作日内举行，最迟 {_day(latest)}"
    if len(plan.place.strip()) < 2:
        found["place"] = "请填写听证地点"
    if plan.host_id is None:
        found["host"] = "请选择听证主持人"
    elif plan.host_id in examined:
        found["host"] = "审查过本申请的人员不能主持听证，请另行指定（行政许可法第四十八条）"
    if not plan.public and len(plan.reason.strip()) < SHORTEST_REASON:
        found["reason"] = "听证应当公开举行；不公开的，请写明涉及国家秘密、商业秘密或者个人隐私的理由"
    return found


def faults_of_record(*, present: str, text: str, signature: str, refusal: str) -> dict[str, str]:
    """What a record lacks, by field."""
    found = {}
    if len(present.strip()) < 2:
        found["present"] = "请写明到场的听证参加人"
    if len(text.strip()) < SHORTEST_RECORD:
        found["text"] = f"请记录审查人员的意见和理由、申请人和利害关系人的陈述、质证，至少 {SHORTEST_RECORD} 个字"
    if signature not in SIGNATURES:
        found["signature"] = "请选择听证笔录的核对签字情况"
    elif signature == REFUSED and len(refusal.strip()) < SHORTEST_REASON:
        found["refusal"] = "拒绝签字的，请写明情况"
    return found


def _day(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日"
