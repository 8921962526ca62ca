"""Was it really handled here? Patterns of 线下办理、线上录入 in the acts of a case (sheet 08 R2, R3, R4).

Pure functions over what the chain recorded; thresholds are the sheet's, each rule says what it saw. R1 and back-dating
are impossible here (an act's time is the system's), R9 is refused at the gate; R6 needs the ledgers of ministries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=10)  # R2: 受理 to 办结 of a case that is not instant
BURST = timedelta(minutes=5)  # R3: handler, reviewer and approver from one place
MANY, MANY_WITHIN = 5, timedelta(minutes=10)  # R4
STAGES = {"accept": "受理", "accept_tolerantly": "受理", "conclude_examination": "审查", "review": "审核",
          "grant": "决定", "refuse": "决定"}  # fmt: skip
RED, YELLOW = "red", "yellow"


@dataclass(frozen=True, slots=True)
class Done:
    """One act: its verb without the room, when, from which account and address (both "" for the system)."""

    verb: str
    at: datetime
    account: str
    ip: str


@dataclass(frozen=True, slots=True)
class Alert:
    rule: str
    level: str
    text: str


def alerts(acts: Sequence[Done], *, instant: bool, finished_by_same: Iterable[datetime] = ()) -> list[Alert]:
    """What is odd about a concluded case.

    ``finished_by_same``: when the one who decided it decided other cases that came in within the same ten minutes.
    """
    found = []
    accepted = next((act.at for act in acts if STAGES.get(act.verb) == "受理"), None)
    decided = next((act for act in acts if STAGES.get(act.verb) == "决定"), None)
    if accepted is not None and decided is not None and not instant and decided.at - accepted < SHORTEST:
        minutes = int((decided.at - accepted).total_seconds() // 60)
        found.append(Alert("R2", YELLOW, f"受理到决定只有 {minutes} 分钟，短于人工办理的合理用时"))
    found += _one_place(acts)
    if decided is not None:
        near = [at for at in finished_by_same if abs(at - decided.at) <= MANY_WITHIN]
        if len(near) + 1 >= MANY:
            found.append(Alert("R4", RED, f"同一人 10 分钟内收件并办结 {len(near) + 1} 件"))
    return found


def _one_place(acts: Sequence[Done]) -> list[Alert]:
    """R3: examination, review and decision within minutes from one account or one address."""
    staged = [(STAGES[act.verb], act) for act in acts if act.verb in STAGES and act.account]
    for place, word in (("account", "同一账号"), ("ip", "同一网络地址")):
        for _, first in staged:
            near = [
                (stage, act)
                for stage, act in staged
                if getattr(first, place)
                and getattr(act, place) == getattr(first, place)
                and timedelta(0) <= act.at - first.at <= BURST
            ]
            stages = list(dict.fromkeys(stage for stage, _ in near))
            if len(stages) >= 3:
                return [Alert("R3", RED, f"{'、'.join(stages)}由{word}在 5 分钟内完成")]
    return []
