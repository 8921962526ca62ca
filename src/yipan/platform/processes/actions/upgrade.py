"""Move running instances to another version: an explicit act, with a trial run that changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from yipan.platform.records import Actor, rights

from .. import definitions, store
from ..domain.values import ProcessProblem
from ..models import Definition, Instance
from ..run import Run
from .transactions import command

RIGHT = "process.manage"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a migration would do, by instance id: ``safe``, ``mapped`` (an element goes by the mapping) and
    ``refused`` with the reason."""

    safe: tuple[int, ...]
    mapped: tuple[int, ...]
    refused: Mapping[int, str]


def plan(key: str, *, source: int, target: int, mapping: Mapping[str, str] | None = None) -> Plan:
    """The trial run: every running instance of version ``source`` against version ``target``."""
    new = definitions.ready(_version(key, target)).process
    old = definitions.ready(_version(key, source)).process
    safe: list[int] = []
    mapped: list[int] = []
    refused: dict[int, str] = {}
    running = Instance.objects.filter(definition_id=_version(key, source), ended_at=None).order_by("id")
    for id_, state in running.values_list("id", "state").iterator():
        uses, why = False, ""
        for element in sorted(_elements(state)):
            wanted = (mapping or {}).get(element, element)
            before, after = old.nodes.get(element), new.nodes.get(wanted)
            uses = uses or wanted != element
            if after is None:
                why = f"新版本中没有环节“{before.shown if before else element}”，须指明对应的环节"
            elif before is not None and (before.kind, before.scope) != (after.kind, after.scope):
                why = f"环节“{before.shown}”在新版本中种类或所在子流程不同"
            if why:
                break
        if why:
            refused[id_] = why
        else:
            (mapped if uses else safe).append(id_)
    return Plan(tuple(safe), tuple(mapped), refused)


def upgrade(
    instance_id: int,
    *,
    target: int,
    actor: Actor,
    now: datetime,
    reason: str,
    mapping: Mapping[str, str] | None = None,
) -> None:
    """Let one instance go on under another version; refused when the trial run refuses it."""
    rights.require(actor, RIGHT)
    if not reason.strip():
        raise ProcessProblem("迁移须写明原因。", "reason")
    command(lambda: _upgrade(instance_id, target, actor, now, reason, dict(mapping or {})))


def _upgrade(instance_id: int, target: int, actor: Actor, now: datetime, reason: str, mapping: dict[str, str]) -> None:
    held = store.lock(store.LOCK_INSTANCE, id=instance_id)
    if held is None or held.ended_at is not None:
        raise ProcessProblem("流程已经结束，不能迁移。", "ended")
    old = definitions.ready(held.definition_id)
    new = definitions.ready(_version(old.key, target))
    found = plan(old.key, source=old.version, target=target, mapping=mapping)
    if instance_id in found.refused:
        raise ProcessProblem(found.refused[instance_id], "refused")
    if mapping:
        held.state = _renamed(held.state, mapping)
    held.definition_id = new.id
    run = Run(held, new, actor=actor, now=now)
    for key, task in held.state["tasks"].items():
        node = new.process.node(task["e"])
        run.delta.task_changes[key] = {"element_id": node.id, "name": node.shown, "act": node.work.act}
    run.event("migrated", "", kind="process.instance", detail=reason, more={"from": old.version, "to": new.version})
    run.act("process.upgrade", reason=reason, payload={"from": old.version, "to": new.version, "mapping": mapping})
    run.write()


def _version(key: str, number: int) -> int:
    found = Definition.objects.filter(key=key, version=number).values_list("id", flat=True).first()
    if found is None:
        raise ProcessProblem(f"流程“{key}”没有第 {number} 版。", "model")
    return found


def _elements(state: dict) -> set[str]:
    """Every element that a running state names where something waits."""
    return {entry["e"] for part in ("tokens", "tasks", "timers", "subs") for entry in state[part].values()} | {
        scope["e"] for scope in state["scopes"].values() if scope["e"]
    }


def _renamed(state: dict, mapping: Mapping[str, str]) -> dict:
    changed = dict(state)
    for part in ("tokens", "tasks", "timers", "subs", "scopes"):
        changed[part] = {key: {**entry, "e": mapping.get(entry["e"], entry["e"])} for key, entry in state[part].items()}
    changed["results"] = {mapping.get(element, element): entry for element, entry in state["results"].items()}
    renamed = [{**entry, "e": mapping.get(entry["e"], entry["e"])} for entry in state["passed"].values()]
    changed["passed"] = {f"{entry['e']}|{entry['s']}": entry for entry in renamed}
    return changed
