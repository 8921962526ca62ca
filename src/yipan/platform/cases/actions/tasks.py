"""Complete a task of a case with the opinion that belongs to it, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.platform import files, processes, records

from ..domain import desk
from ..models import Case
from . import opinions
from .core import CaseProblem, Work

PICTURES = ("png", "jpg")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of handwriting as it was uploaded."""

    name: str
    content: bytes


def complete(
    case_id: int,
    task: "processes.queries.MyTask",
    *,
    actor: records.Actor,
    now: datetime,
    outcome: str,
    opinion: str,
    data: Mapping[str, Any],
    key: str,
    usual: Mapping[str, str],
    image: Image | None = None,
) -> "processes.Completed":
    """``usual`` are the stock opinions by outcome: one that belongs to another outcome is refused.

    Raises CaseProblem, ProcessProblem and what the task's act refuses; then nothing is kept.
    """
    _check(task, outcome, opinion, usual, image)
    return processes.command(lambda: _complete(case_id, task, actor, now, outcome, opinion, dict(data), key, image))


def _check(
    task: "processes.queries.MyTask", outcome: str, opinion: str, usual: Mapping[str, str], image: Image | None
) -> None:
    if desk.contradiction(outcome, opinion, usual):
        raise CaseProblem("意见与所选的办理结果不一致，请修改意见后再提交。")
    asked = desk.question(task.act, task.outcomes)
    if asked.opinion and outcome not in desk.WITHOUT_OPINION and len(opinion.strip()) < 2 and image is None:
        raise CaseProblem(f"请填写{asked.opinion}。")


def _complete(
    case_id: int,
    task: "processes.queries.MyTask",
    actor: records.Actor,
    now: datetime,
    outcome: str,
    opinion: str,
    data: dict[str, Any],
    key: str,
    image: Image | None,
) -> "processes.Completed":
    if image is not None:
        stored = files.store(
            image.content, name=image.name, owner=("case", str(case_id)), actor=actor, at=now, accept=PICTURES
        )
        data["image_file_id"] = stored.id
    done = processes.complete(
        task_id=task.id, actor=actor, now=now, outcome=outcome, opinion=opinion, data=data, key=key
    )
    if not task.act and not done.repeated:
        work = Work(Case.objects.select_for_update().get(pk=case_id), actor, now)
        opinions.keep_plain(
            work, column=task.opinion_column or task.name, text=opinion, outcome=outcome, task_id=task.id, data=data
        )
    return done
