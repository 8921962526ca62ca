"""Whether an actor may work on a task, and for whom."""

from datetime import datetime
from typing import Any

from yipan.platform.records import SYSTEM, Actor

from .. import reach
from ..domain import holders
from ..domain.values import ProcessProblem
from ..run import deputising
from ..store import Held

SEPARATION = (
    "职责分离：您（或您所代的人员）已办理过本件的相关环节，或就是申请人，不能办理“{name}”。请转由其他人员办理。"
)


def to_work(held: Held, task: dict[str, Any], actor: Actor, now: datetime, *, for_applicant: bool = False) -> Actor:
    """The actor as he works on the task: himself, or marked as deputy (代) of the person he stands in for."""
    if holders.APPLICANT in task["roles"] and task["person_id"] is None and not task["persons"]:
        if for_applicant or reach.applicant_may(
            actor, held.applicant_person_id, held.applicant_entity_id, now, held.item_key
        ):
            return actor
        raise ProcessProblem("这一步由申请人本人或其经办人办理。", "not_yours")
    if actor is SYSTEM:
        return actor
    if task["person_id"] is not None and task["person_id"] == actor.person_id and task["on_behalf"] is not None:
        _not_his_firm(held, task, (actor.person_id, task["on_behalf"]), now)
        return deputising(actor, task["on_behalf"], task["on_behalf_name"])  # claimed as a deputy
    access = access_to(held, task, actor)
    if not access.allowed:
        raise ProcessProblem(_why(task, access.why), access.why)
    _not_his_firm(held, task, (actor.person_id, access.on_behalf), now)
    if access.on_behalf is None:
        return actor
    return deputising(actor, access.on_behalf, reach.names_of_absent(actor, now).get(access.on_behalf, ""))


def _not_his_firm(held: Held, task: dict[str, Any], persons: tuple[int | None, ...], now: datetime) -> None:
    if reach.applies_for(held.applicant_entity_id, persons, now, person_id=held.applicant_person_id):
        raise ProcessProblem(SEPARATION.format(name=task["name"]), "separation")


def access_to(held: Held, task: dict[str, Any], actor: Actor) -> holders.Access:
    """Whether a member of staff reaches a task."""
    keys = holders.keys_of_task(
        person_id=task["person_id"],
        persons=task["persons"],
        roles=task["roles"],
        unit=task["unit_key"],
        applicant_person=held.applicant_person_id,
        applicant_entity=held.applicant_entity_id,
    )
    mine = actor.person_id
    if mine is not None and mine not in task["excluded"] and holders.person_key(mine) in keys:
        return holders.Access(True, None)  # his own task: no need to ask for roles
    return reach.reach_of(actor).behalf(keys, task["excluded"])


def _why(task: dict[str, Any], why: str) -> str:
    if why == "separation":
        return SEPARATION.format(name=task["name"])
    if task["person_id"] is not None:
        return f"“{task['name']}”由{task['person_name'] or '其他人员'}办理，您不能办理。"
    return f"您不在“{task['name']}”的办理人员之列。如工作需要，请联系本单位管理员。"
