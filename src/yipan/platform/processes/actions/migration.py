"""Move running instances to another version: an explicit act with a plan, and a trial run that changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from yipan.kernel import engine
from yipan.kernel.engine import Plan, Spawn, migrating
from yipan.kernel.engine import effects as fx
from yipan.platform import calendar, jobs, people
from yipan.platform.records import Actor, rights

from .. import definitions, store
from ..domain.values import ProcessProblem
from ..models import Definition, Instance
from ..run import Run
from .transactions import command

RIGHT = "process.manage"
JOB = "processes.migrate"
MOST_REASONS = 200


@dataclass(slots=True)
class Trial:
    """What a migration would do, by instance id: ``safe`` go as they are, ``mapped`` go by the plan, ``needs mapping``
    could go if the plan said more, ``refused`` cannot; the last two with the reason."""

    safe: list[int] = field(default_factory=list)
    mapped: list[int] = field(default_factory=list)
    needs_mapping: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def trial(key: str, *, source: int, target: int, plan: Plan | None = None) -> Trial:
    """The trial run: every running instance of version ``source`` against version ``target``."""
    plan = plan or Plan()
    old, new = definitions.ready(_version(key, source)), definitions.ready(_version(key, target))
    found = Trial()
    for id_, state in _states(old.id):
        problems = migrating.check(old.model, new.model, state, plan)
        if not problems:
            uses = not plan.is_empty and _touches(state, plan)
            (found.mapped if uses else found.safe).append(id_)
            continue
        hard = [problem for problem in problems if problem.kind == "refused"]
        why = "；".join(problem.message for problem in hard or problems)
        (found.refused if hard else found.needs_mapping)[id_] = why
    return found


def _running(definition_id: int) -> QuerySet[Instance]:
    return Instance.objects.filter(definition_id=definition_id, ended_at=None).order_by("id")


def _states(definition_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for id_, state in _running(definition_id).values_list("id", "state").iterator():
        yield id_, state if state["format"] == engine.FORMAT else engine.upgrade(state)


def _touches(state: Mapping[str, Any], plan: Plan) -> bool:
    """Whether the plan says anything about what this instance is at."""
    here = {token["e"] for token in state["tokens"].values()}
    came = {token["f"] for token in state["tokens"].values() if "f" in token}
    named = {*plan.elements, *plan.cancel, *(one for spawn in plan.spawn for one in spawn.beside)}
    return bool(here & named or came & plan.flows.keys())


def migrate(
    instance_id: int, *, target: int, actor: Actor, now: datetime, reason: str, plan: Plan | None = None
) -> None:  # fmt: skip
    """Let one instance go on under another version; refused with the reasons of the trial run."""
    rights.require(actor, RIGHT)
    if not reason.strip():
        raise ProcessProblem("迁移须写明原因。", "reason")
    command(lambda: _migrate(instance_id, target, actor, now, reason.strip(), plan or Plan()))


def _migrate(instance_id: int, target: int, actor: Actor, now: datetime, reason: str, plan: Plan) -> None:
    held = store.lock(store.LOCK_INSTANCE, id=instance_id)
    if held is None or held.ended_at is not None:
        raise ProcessProblem("流程已经结束，不能迁移。", "ended")
    old = definitions.ready(held.definition_id)
    new = definitions.ready(_version(old.key, target))
    before = held.state
    try:
        state, effects = engine.migrate(old.model, new.model, before, plan, new.env(now, held.started_at))
    except engine.Refused as problem:
        raise ProcessProblem(str(problem), "refused") from problem
    held.definition_id = new.id
    run = Run(held, new, actor=actor, now=now)
    run.take_over(state, effects)
    _rename_rows(run, before)
    run.event("migrated", "", kind="process.instance", detail=reason, more={"from": old.version, "to": new.version})
    payload = {"from": old.version, "to": new.version, "plan": as_json(plan)}
    run.act("process.upgrade", reason=reason, payload=payload)
    run.write()


def _rename_rows(run: Run, before: Mapping[str, Any]) -> None:
    """Rows of what goes on get the names of the new version."""
    state, process = run.held.state, run.ready.process
    for key in before["tasks"].keys() & state["tasks"].keys():
        node = process.node(state["tasks"][key]["e"])
        run.delta.task_changes.setdefault(key, {}).update({"element_id": node.id, "name": node.shown})
    for key in before["timers"].keys() & state["timers"].keys():
        timer = state["timers"][key]
        if timer["e"] != before["timers"][key]["e"]:
            run.delta.arm(fx.ArmTimer(key, timer["e"], datetime.fromisoformat(timer["at"]) if timer["at"] else None))
    for key in before["subs"].keys() & state["subs"].keys():
        sub = state["subs"][key]
        if sub["e"] != before["subs"][key]["e"] and sub["k"] != "conditional":
            run.delta.subscribe(fx.Subscribe(key, sub["e"], sub["k"], sub["name"], sub["key"]))


# -- all at once -----------------------------------------------------------------------------------------------------


def start_all(key: str, *, source: int, target: int, plan: Plan, actor: Actor, reason: str) -> int:
    """Queue the migration of every instance that can go; the id of its progress. One transaction an instance."""
    rights.require(actor, RIGHT)
    if not reason.strip():
        raise ProcessProblem("迁移须写明原因。", "reason")
    _version(key, source)
    _version(key, target)
    return jobs.start(
        JOB, title=f"流程 {key}：第 {source} 版迁移到第 {target} 版", account_id=actor.account_id, key=key,
        source=source, target=target, plan=as_json(plan), reason=reason.strip(),
    )  # fmt: skip


def migrate_all(
    progress_id: int, key: str, source: int, target: int, plan: Mapping[str, Any], reason: str
) -> None:  # fmt: skip
    """The job: instances one by one. Killed and run again, it goes on with those that are still on the old version."""
    from yipan.platform.jobs.models import Progress

    account = Progress.objects.values_list("account_id", flat=True).get(pk=progress_id)
    actor = people.queries.actor_of_account(account)
    ids, wanted = list(_running(_version(key, source)).values_list("id", flat=True)), from_json(plan)
    with jobs.progress(progress_id) as meter:
        meter.total(len(ids))
        moved, refused = 0, []
        for id_ in ids:
            try:
                migrate(id_, target=target, actor=actor, now=calendar.now(), reason=reason, plan=wanted)
                moved += 1
            except ProcessProblem as problem:
                refused.append([id_, str(problem)])
            meter.result = {"moved": moved, "refused": len(refused), "reasons": refused[:MOST_REASONS]}
            meter.step()


def as_json(plan: Plan) -> dict[str, Any]:
    return {
        "elements": dict(plan.elements), "flows": dict(plan.flows), "cancel": list(plan.cancel),
        "spawn": [asdict(spawn) for spawn in plan.spawn],
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> Plan:
    spawn = tuple(Spawn(one["element"], tuple(one["beside"])) for one in kept.get("spawn", ()))
    return Plan(kept.get("elements", {}), kept.get("flows", {}), spawn, tuple(kept.get("cancel", ())))


def _version(key: str, number: int) -> int:
    found = Definition.objects.filter(key=key, version=number).values_list("id", flat=True).first()
    if found is None:
        raise ProcessProblem(f"流程“{key}”没有第 {number} 版。", "model")
    return found
