"""Moves on a task as pages offer them, and what a page's form asked for.

What is offered is what may be tried; whether it is done is decided by ``actions.move`` and the engine alone.
"""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from yipan.kernel import engine
from yipan.platform import calendar, people
from yipan.platform.records import Actor

from .domain import holders
from .models import Task
from .queries import MyTask, passed_elements

# In the order of how often they are needed.
_OFFERED = ("transfer", "add_before", "add_after", "delegate", "copy")
HINTS = {
    "transfer": "交给对方办理，您不再办理",
    "add_before": "对方先提出意见，再由您办理",
    "add_after": "您办理后，再由对方提出意见",
    "delegate": "请对方代为办理",
    "copy": "对方在“待阅”中看到，不影响办理",
    "return": "退回前面的环节重新办理",
}
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A move one may try; ``reason``: it needs one."""

    name: str
    title: str
    hint: str
    reason: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a move may name; ``able``: he could do the task himself."""

    person_id: int
    title: str
    able: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """Moves on one task, whom they may name, and where it may be returned to (element id, name)."""

    moves: tuple[Offer, ...] = ()
    people: tuple[Candidate, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()


def offers(task: MyTask, actor: Actor) -> Offers:
    """What whoever has the task in hand may do with it besides doing it (a few statements)."""
    row = Task.objects.filter(pk=task.id).first()
    if row is None:
        return Offers()
    names = ("copy",) if task.claimed_by_other else tuple(n for n in _OFFERED if n != "add_after" or not task.act)
    targets = () if task.act or task.claimed_by_other else tuple(passed_elements(task.instance_id))
    found = [_offer(name) for name in names]
    if targets:
        found.append(_offer("return"))
    return Offers(tuple(found), _candidates(row, actor), targets)


def _offer(name: str) -> Offer:
    rule = engine.TABLE[name]
    return Offer(name, rule.title, HINTS[name], rule.reason)


def _candidates(task: Task, actor: Actor) -> tuple[Candidate, ...]:
    """Those who could do the task, then the other colleagues of the unit; never whom separation of duties bars."""
    barred = {*task.excluded, actor.person_id, task.person_id}
    found: dict[int, Candidate] = {}
    for role in task.roles:
        if role != holders.APPLICANT:
            for holder in people.queries.holders(role, task.unit_key or None, calendar.now()):
                found.setdefault(holder.person_id, _candidate(holder, able=True))
    if actor.unit_id is not None:
        for holder in people.queries.colleagues(actor.unit_id):
            found.setdefault(holder.person_id, _candidate(holder, able=False))
    return tuple(one for one in found.values() if one.person_id not in barred)[:MOST_PEOPLE]


def _candidate(holder: Any, *, able: bool) -> Candidate:
    return Candidate(holder.person_id, f"{holder.name}（{holder.post_name}）", able)


def asked(post: QueryDict) -> dict[str, Any]:
    """The arguments of ``move`` that a form of these offers posted."""
    found: dict[str, Any] = {"move": post.get("move", ""), "reason": post.get("reason", "").strip()}
    found["to_person_ids"] = [int(person) for person in post.getlist("person") if person.isdecimal()]
    if post.get("element"):
        found |= {"element": post["element"], "then": "back" if post.get("then") == "back" else "forward"}
    return found
