"""Complete a task: the hot path. One locking statement, the act of the task, one writing statement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.platform.records import Actor

from .. import definitions, store
from ..domain.delta import OPEN
from ..domain.values import Completed, ProcessProblem
from ..run import Run
from . import permission
from .transactions import command


def complete(
    *,
    task_id: int,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    key: str = "",
    for_applicant: bool = False,
) -> Completed:
    """Complete a task in one transaction with its act.

    Two people on one task: exactly one wins, the other is told who did it (ProcessProblem, code ``gone``). The same
    idempotency ``key`` again changes nothing and gets the first answer. ``for_applicant``: a clerk does a task of role
    ``applicant`` for the client; the calling room has checked his right to.
    """
    return command(
        lambda: _complete(task_id, actor, now, outcome, opinion, dict(data or {}), key, for_applicant=for_applicant)
    )


def _complete(
    task_id: int,
    actor: Actor,
    now: datetime,
    outcome: str,
    opinion: str,
    data: dict[str, Any],
    key: str,
    *,
    for_applicant: bool,
) -> Completed:
    held = store.lock(store.LOCK_TASK, id=task_id)
    if held is None or held.row is None:
        raise ProcessProblem("这项任务不存在，可能已被撤销。", "gone")
    task = held.row
    if key and task["done_key"] == key:
        return Completed(task_id, held.id, held.status, repeated=True)
    check_open(held, task)
    if task["outcomes"] and outcome not in task["outcomes"]:
        raise ProcessProblem(f"“{task['name']}”的办理结果不能是“{outcome or '空'}”。", "outcome")
    actor = permission.to_work(held, task, actor, now, for_applicant=for_applicant)
    run = Run(
        held, definitions.ready(held.definition_id), actor=actor, now=now, acted=task["key"], outcome=outcome,
        opinion=opinion, data=data, key=key,
    )  # fmt: skip
    run.feed(
        engine.Complete(
            task=task["key"],
            by=str(actor.person_id) if actor.person_id is not None else "",
            outcome=outcome,
            data={} if task["act"] else data,
            on_behalf=str(actor.deputy_for_id) if actor.deputy_for_id is not None else "",
        )
    )
    if not run.performed:
        facts = {"task": task_id, "element": task["element_id"], "name": task["name"], "outcome": outcome}
        run.act("task.complete", reason=opinion, payload=facts)
    run.write()
    return Completed(task_id, held.id, held.status, run.opened_names)


def check_open(held: store.Held, task: dict[str, Any]) -> None:
    """The task can still be worked on; else say what happened to it and through whom."""
    if task["status"] in OPEN:
        if held.status == "suspended":
            raise ProcessProblem("流程已挂起，恢复后才能办理。", "suspended")
        return
    name, ended = task["name"], _shown(task["ended_at"])
    if task["status"] == "done":
        behalf = f"（代{task['on_behalf_name']}）" if task["on_behalf_name"] else ""
        who = f"{task['done_by_name'] or '系统'}{behalf}"
        raise ProcessProblem(f"“{name}”已由{who}于 {ended} 办理，您的操作没有保存。请刷新页面查看结果。", "gone")
    words = {"cancelled": "取消", "returned": "退回", "recalled": "撤回", "skipped": "跳过"}
    raise ProcessProblem(
        f"“{name}”已于 {ended} 被{words.get(task['status'], '结束')}，不能再办理。请刷新页面。", "gone"
    )


def _shown(text: str | None) -> str:
    from yipan.platform.ui import formats

    return formats.moment(datetime.fromisoformat(text)) if text else ""
