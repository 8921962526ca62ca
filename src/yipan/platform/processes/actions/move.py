"""Moves of Chinese offices on a task: claim, give back, transfer, delegate, return, recall, added signers, copy, urge;
reassigning by the administrator of the unit. What each needs stands in ``engine.TABLE``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yipan.kernel import engine
from yipan.platform import people
from yipan.platform.people.queries import at_work
from yipan.platform.records import Actor, rights

from .. import definitions, messages, store
from ..domain import holders
from ..domain.values import Moved, ProcessProblem
from ..run import Run
from . import permission
from .complete import check_open
from .transactions import command

HAND_OVER = "task.hand_over"
# Who may: a worker of the task; whoever did it (recall); everybody who may work on some task of the instance or was
# part of it (copy, urge); the unit's administrator.
_BY_WORKER = ("claim", "unclaim", "transfer", "delegate", "return", "add_before", "add_after", "copy")
# The case room's shorter word.
_ALIASES = {"add_signer": "add_after"}


def move(
    *,
    task_id: int,
    move: str,
    actor: Actor,
    now: datetime,
    to_account_id: int | None = None,
    to_person_ids: Sequence[int] = (),
    element: str = "",
    then: str = "forward",
    reason: str = "",
    key: str = "",
) -> Moved:
    """Make one move on a task, in one transaction.

    ``to_account_id`` or ``to_person_ids`` name who it goes to; ``element`` where a return leads ("" the step before),
    ``then`` "forward" or "back" straight to here. ``key``: a repeat changes nothing. Raises ProcessProblem.
    """
    name = _ALIASES.get(move, move)
    if name not in engine.TABLE:
        raise ProcessProblem(f"不认识的操作“{move}”。", "move")
    to = _persons(to_account_id, to_person_ids)
    return command(
        lambda: _move(task_id, actor, now, to, engine.Move("", name, "", (), element, then, "", reason), key)
    )


def _persons(account_id: int | None, person_ids: Sequence[int]) -> dict[int, str]:
    """The people a move names, with their names; only staff who can sign in."""
    if account_id is not None:
        found = at_work.persons_of_accounts([account_id])
        if not found:
            raise ProcessProblem("所选人员的账号不存在或已停用，请重新选择。", "person")
        return dict([found[account_id]])
    if not person_ids:
        return {}
    names = at_work.names_of_persons(person_ids)
    if len(names) < len(set(person_ids)):
        raise ProcessProblem("所选人员不存在，请重新选择。", "person")
    return names


def _move(task_id: int, actor: Actor, now: datetime, to: dict[int, str], asked: engine.Move, key: str = "") -> Moved:
    """``asked.admin``: whoever calls has checked the right to reassign (hand-over of all work)."""
    name = asked.move
    held = store.lock(store.LOCK_TASK, id=task_id, command=key)
    if held is None or held.row is None:
        raise ProcessProblem("这项任务不存在，可能已被撤销。", "gone")
    if held.command is not None:
        return Moved(task_id, held.id, repeated=True)
    task = held.row
    rule = engine.TABLE[name]
    if rule.open:
        check_open(held, task)
    if not asked.admin:
        actor = _allowed(name, held, task, actor, now)
    if name == "add_after" and task["act"]:
        # What was decided would wait for the signer and then be carried out as if nobody had said anything.
        raise ProcessProblem("本环节的办理会改变办件状态，请改用前加签，先听取意见再办理。", "act")
    _check_receivers(held, task, name, to)
    run = Run(held, definitions.ready(held.definition_id), actor=actor, now=now, acted=task["key"], names=to)
    run.feed(
        asked._replace(
            task=task["key"],
            by=str(actor.person_id) if actor.person_id is not None else "",
            to=tuple(str(person) for person in to),
            on_behalf=str(actor.deputy_for_id) if actor.deputy_for_id is not None else "",
            admin=name == "reassign",
        )
    )
    if name in ("return", "transfer", "delegate"):
        run.note_handled(task["key"])
    facts: dict[str, Any] = {"task": task_id, "name": task["name"], "to": list(to.values())}
    if asked.element:
        facts["element"] = asked.element
    run.act(f"task.{name}", reason=asked.reason, payload=facts)
    if key:
        run.command = {"key": key, "kind": name, "account_id": actor.account_id, "at": now, "answer": {}}
    run.write()
    messages.tell(name, held, task, to, actor=actor, now=now, reason=asked.reason)
    return Moved(task_id, held.id, run.opened_names)


def _allowed(name: str, held: store.Held, task: dict[str, Any], actor: Actor, now: datetime) -> Actor:
    """The actor as he makes the move; ProcessProblem or Refused when he may not."""
    if name == "reassign":
        if not task["unit_key"]:
            rights.require(actor, HAND_OVER)
            return actor
        rights.require(actor, HAND_OVER, people.queries.unit_by_key(task["unit_key"]).id)
        return actor
    if name == "recall":
        if task["done_by"] is None or task["done_by"] != actor.person_id:
            raise ProcessProblem("只有办理人本人可以撤回。", "recall")
        return actor
    if name == "urge":
        return actor  # the page of the subject decides who sees the button
    if name in _BY_WORKER and holders.APPLICANT in task["roles"]:
        raise ProcessProblem("这一步由申请人办理，不能进行此操作。", "applicant")
    return permission.to_work(held, task, actor, now)


def _check_receivers(held: store.Held, task: dict[str, Any], name: str, to: dict[int, str]) -> None:
    """Work never goes to somebody who may not do it, and never to the applicant himself."""
    if name not in ("transfer", "delegate", "reassign", "add_before", "add_after"):
        return
    barred = set(task["excluded"]) | {held.applicant_person_id}
    for person, person_name in to.items():
        if person in barred:
            raise ProcessProblem(f"{person_name}办理过不相容的环节或就是申请人，不能交给他办理。", "separation")
        if name in ("transfer", "delegate") and person == task["person_id"]:
            raise ProcessProblem(f"“{task['name']}”已经在{person_name}手上。", "person")


def hand_over_all(
    *, person_id: int, to_person_id: int, actor: Actor, now: datetime, reason: str
) -> tuple[list[int], dict[int, str]]:
    """Reassign every open task that waits for one person by name (he leaves): done ids, and refused ones with why.

    The right to hand over a person's work is checked by the room that does it (people)."""
    from .. import queries

    asked = engine.Move("", "reassign", reason=reason, admin=True)
    to = _persons(None, [to_person_id])
    done: list[int] = []
    refused: dict[int, str] = {}
    for task_id in queries.tasks_of_person(person_id):
        try:
            command(lambda task_id=task_id: _move(task_id, actor, now, to, asked))
            done.append(task_id)
        except ProcessProblem as problem:
            refused[task_id] = str(problem)
    return done, refused
