"""Whether an item can be applied for: in use, suspended or cancelled (事项状态: 在用、暂停、取消), as its version says.

A version without ``standing`` is in use. Suspending, resuming and cancelling are versions like any other change: they
are proposed, reviewed and released for a day, and cases that are running go on under theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

IN_USE, SUSPENDED, CANCELLED = "1", "2", "3"  # code table task_state
WORDS = {IN_USE: "恢复办理", SUSPENDED: "暂停办理", CANCELLED: "取消事项"}
SHORTEST_REASON = 6


@dataclass(frozen=True, slots=True)
class Standing:
    """``until``: when it is expected to be resumed; ``turn_to``: where applicants can turn meanwhile."""

    state: str = IN_USE
    reason: str = ""
    basis: str = ""
    until: date | None = None
    turn_to: str = ""

    @property
    def open(self) -> bool:
        return self.state == IN_USE

    @property
    def cancelled(self) -> bool:
        return self.state == CANCELLED

    @property
    def words(self) -> str:
        """One sentence for an applicant; "" while the item is in use."""
        if self.open:
            return ""
        told = f"本事项{'已经取消' if self.cancelled else '暂停办理'}：{self.reason.rstrip('。')}。"
        if self.until is not None:
            told += f"预计{self.until.year}年{self.until.month}月{self.until.day}日恢复。"
        return told + (f"需要办理的，请联系：{self.turn_to.rstrip('。')}。" if self.turn_to else "")


def faults(state: str, *, reason: str, basis: str, since: date | None, until: date | None) -> dict[str, str]:
    """What a proposal lacks, by field."""
    found = {}
    if state != IN_USE and len(reason.strip()) < SHORTEST_REASON:
        found["reason"] = f"请写明原因，至少 {SHORTEST_REASON} 个字，会公布在办事指南上"
    if state == CANCELLED and len(basis.strip()) < SHORTEST_REASON:
        found["basis"] = "取消事项须有依据，请写明文件名称和文号"
    if state == SUSPENDED and until is not None and since is not None and until <= since:
        found["until"] = "预计恢复的日子应当在暂停以后"
    if since is None:
        found["since"] = "请填写从哪一天起"
    return found


def placed(
    data: Mapping[str, Any], state: str, *, reason: str, basis: str, until: date | None, turn_to: str
) -> dict[str, Any]:
    """The document with another standing."""
    made = {name: part for name, part in data.items() if name != "standing"}
    if state == IN_USE:
        return made
    told = {"state": state, "reason": reason.strip(), "basis": basis.strip(), "turn_to": turn_to.strip()}
    kept: dict[str, Any] = {name: value for name, value in told.items() if value}
    return made | {"standing": kept | ({"until": until.isoformat()} if until else {})}
