"""How a result reaches its applicant (送达): the ways, what each must prove, and what the events of a carrier mean.

Source: 行政许可法第四十四条 (within ten working days of the decision); 民事诉讼法 on service.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

ELECTRONIC, COUNTER, MAIL, LOCKER, LEFT, NOTICE = "electronic", "counter", "mail", "locker", "left", "notice"
WAYS = {
    ELECTRONIC: "电子送达", COUNTER: "窗口自取", MAIL: "邮寄", LOCKER: "自助柜", LEFT: "留置送达", NOTICE: "公告送达",
}  # fmt: skip
# What an applicant may choose for papers; 电子送达 is a consent of its own.
CHOICES = {COUNTER: "到窗口领取", MAIL: "邮寄到我的地址", LOCKER: "到自助柜领取"}
# What is begun at the desk and ends by an event, not by a click.
WAITING = frozenset({MAIL, LOCKER, NOTICE})
# Events of carriers, in their words; the first three tell how far it is, the others end the dispatch.
EVENTS = {
    "accepted": "已收寄", "transit": "运输中", "out": "派送中", "stored": "已存入",
    "signed": "已签收", "returned": "退回", "lost": "丢失", "expired": "逾期未取，退回窗口",
}  # fmt: skip
ENDS = frozenset({"signed", "returned", "lost", "expired"})
# What each way can report.
REPORTED = {
    MAIL: frozenset({"accepted", "transit", "out", "signed", "returned", "lost"}),
    LOCKER: frozenset({"stored", "signed", "expired"}),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a carrier tells it; ``number`` counts the events of one dispatch."""

    number: int
    state: str
    at: datetime
    place: str = ""
    receiver: str = ""
    text: str = ""


def outcome(events: Iterable[Told]) -> Told | None:
    """The event that ends a dispatch, whatever order they arrived in: who signed has it, whatever was said before or
    after; otherwise the last end counts. None while it is under way."""
    ends = sorted((one for one in events if one.state in ENDS), key=lambda one: one.number)
    signed = [one for one in ends if one.state == "signed"]
    return signed[0] if signed else (ends[-1] if ends else None)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who took it at the window or had it left with him: what the form of the desk asks."""

    name: str
    id_no: str = ""
    authority: str = ""
    reason: str = ""
    witnesses: tuple[str, ...] = ()
    place: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Receiver":
        names = [data.get(key, "").strip() for key in ("witness1", "witness2")]
        return cls(
            data.get("receiver", "").strip(),
            data.get("id_no", "").strip(),
            data.get("authority", "").strip(),
            data.get("left_reason", "").strip(),
            tuple(name for name in names if name),
            data.get("place", "").strip(),
        )


def left_faults(told: Receiver) -> list[str]:
    """What 留置送达 still lacks: two different witnesses who are not the receiver, where and why."""
    faults = []
    if len(set(told.witnesses)) < 2 or told.name in told.witnesses:
        faults.append("留置送达须有两名不同的见证人，受送达人不能作见证人")
    if len(told.reason) < 4:
        faults.append("请写明拒绝签收的事由，至少 4 个字")
    if len(told.place) < 4:
        faults.append("请写明留置的地点，至少 4 个字")
    return faults
