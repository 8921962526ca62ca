"""States of a licence, who may change them how, and what the public is told.

Source: 行政许可法 art. 69 (撤销), 70 (注销), 72-80 (吊销); a suspension is an interim measure of the issuing body.
"""

from dataclasses import dataclass
from datetime import date

VALID, SUSPENDED, REVOKED, WITHDRAWN, CANCELLED, REPLACED = (
    "valid", "suspended", "revoked", "withdrawn", "cancelled", "replaced",
)  # fmt: skip
EXPIRED = "expired"
STATE_WORDS = {
    VALID: "有效",
    SUSPENDED: "暂停",
    REVOKED: "已撤销",
    WITHDRAWN: "已吊销",
    CANCELLED: "已注销",
    REPLACED: "已换发",
    EXPIRED: "已过期",
}
STATE_TONES = {VALID: "green", SUSPENDED: "orange", EXPIRED: "grey", REPLACED: "grey"} | dict.fromkeys(
    (REVOKED, WITHDRAWN, CANCELLED), "red"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change a licence's state: from which states, to which, with which right, by which word; the title and
    the word in the number of the decision that is served on the holder ("": none)."""

    key: str
    title: str
    before: tuple[str, ...]
    after: str
    right: str
    letter: str = ""
    series: str = ""


CHANGES = {
    change.key: change
    for change in (
        Change("suspend", "暂停", (VALID,), SUSPENDED, "licence.suspend"),
        Change("restore", "恢复", (SUSPENDED,), VALID, "licence.suspend"),
        Change("revoke", "撤销", (VALID, SUSPENDED), REVOKED, "licence.revoke", "撤销行政许可决定书", "撤决"),
        Change("withdraw", "吊销", (VALID, SUSPENDED), WITHDRAWN, "licence.revoke", "吊销行政许可证件决定书", "吊决"),
        Change("cancel", "注销", (VALID, SUSPENDED), CANCELLED, "licence.revoke", "注销行政许可决定书", "注决"),
    )
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: ``code`` valid | early | expired | suspended | revoked | withdrawn | cancelled | replaced |
    unknown | tampered; a word in big type and a sentence that says what it means."""

    code: str
    word: str
    text: str
    tone: str

    @property
    def good(self) -> bool:
        return self.code == VALID


UNKNOWN = Verdict(
    "unknown",
    "查无此证",
    "本平台没有与所填内容相符的证照。请核对证照编号和持证人名称；仍有疑问的，请向发证机关核实。",
    "orange",
)
TAMPERED = Verdict(
    "tampered",
    "内容被篡改",
    "这不是本平台出具的原样证照：签名与内容不符，或者文件被改动过。请不要采信，并向发证机关举报。",
    "red",
)
_TEXTS = {
    SUSPENDED: "该证照已被发证机关暂停，暂停期间不得据以从事许可的活动。",
    REVOKED: "该证照已被依法撤销，自始或者自撤销之日起不具有效力。",
    WITHDRAWN: "该证照已被依法吊销，不再具有效力。",
    CANCELLED: "该证照已依法注销，不再具有效力。",
    REPLACED: "该证照已经换发，请以新版证照为准。",
}


def standing(state: str, valid_to: date | None, today: date) -> str:
    """The state as of a day: what is valid or suspended in the books and past its last day has expired."""
    if state in (VALID, SUSPENDED) and valid_to is not None and today > valid_to:
        return EXPIRED
    return state


def verdict(state: str, valid_from: date, valid_to: date | None, today: date) -> Verdict:
    """The public's answer for a known, unchanged licence."""
    now = standing(state, valid_to, today)
    if now == EXPIRED:
        return Verdict(EXPIRED, "已过期", f"该证照的有效期已于 {valid_to:%Y-%m-%d} 届满。", "orange")
    if now == VALID and today < valid_from:
        return Verdict("early", "尚未生效", f"该证照自 {valid_from:%Y-%m-%d} 起生效。", "orange")
    if now == VALID:
        return Verdict(VALID, "真实有效", "该证照由本平台出具，内容未被改动，目前有效。", "green")
    return Verdict(now, STATE_WORDS[now], _TEXTS[now], "orange" if now in (SUSPENDED, REPLACED) else "red")
