"""催办: an applicant may urge once when the promised day has passed; whoever has the case in hand is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.platform import processes, records
from yipan.platform.records import queries as record_queries

from .. import queries
from .core import CaseProblem, work_on

VERB = "case.urge"
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the applicant may urge now, and when he did."""

    allowed: bool
    at: datetime | None = None


def standing(row: queries.CaseRow, acts: Sequence[Any]) -> Standing:
    """``acts`` are the records' rows of the case."""
    done = next((act.at for act in acts if act.verb == VERB), None)
    late = row.light is not None and row.light.is_overdue
    return Standing(late and done is None, done)


def urge(case_id: int, *, text: str, actor: records.Actor, now: datetime) -> None:
    """Urge the unit, once per case. Raises CaseProblem when it is not late, or was urged before."""
    text = text.strip()
    if len(text) > MOST_LETTERS:
        raise CaseProblem(f"催办的话不能超过 {MOST_LETTERS} 字。")
    with work_on(case_id, actor, now) as work:
        subject = ("case", str(case_id))
        found = standing(queries.row(work.case, now), record_queries.story_of(*subject))
        if found.at is not None:
            raise CaseProblem("您已经催办过这件申请，办理单位已经收到；也可以拨打 12345 反映。")
        if not found.allowed:
            raise CaseProblem("还没有超过承诺的办结时间，超过以后才能催办。")
        records.act(chain=subject, verb=VERB, actor=actor, at=now, subject=subject, reason=text)
        for task in processes.queries.open_tasks(subject):
            processes.move(task_id=task.pk, move="urge", actor=actor, now=now, reason=text or "申请人催办")
