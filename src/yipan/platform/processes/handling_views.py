"""Work on matters that no other room has a page for: processes begun by a message, at a time, or from outside.

Cases and other subjects have pages of their own with everything their acts need; their tasks are done there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yipan.kernel import engine
from yipan.platform import calendar, people, records, ui
from yipan.platform.records import Actor
from yipan.platform.ui import formats
from yipan.platform.ui.access import needs

from . import moving, queries
from .actions.complete import complete as complete_task
from .actions.move import move as move_task
from .domain.values import InstanceView, ProcessProblem
from .queries import MyTask

# Outcomes that models commonly know; others are shown as they are written there.
OUTCOMES = {
    "agree": ("同意", "green"), "disagree": ("不同意", "red"), "pass": ("通过", "green"), "reject": ("不通过", "red"),
    "approve": ("批准", "green"), "refuse": ("不予批准", "red"), "return": ("退回", "orange"),
    "done": ("已完成", "green"),
    "yes": ("是", "green"), "no": ("否", "orange"),
}  # fmt: skip
MOST_OPINION = 2000


class Answer(NamedTuple):
    """One outcome: its code in the process, its words, its tone."""

    outcome: str
    title: str
    tone: str = "green"


@dataclass(frozen=True, slots=True)
class Hand:
    """A task as its page offers it: outcomes and moves."""

    task: MyTask
    answers: tuple[Answer, ...]
    offers: moving.Offers


def in_hand(matter: InstanceView, actor: Actor) -> Hand | None:
    """What the actor is to do next in a matter, himself or as deputy; nothing where the subject has a page of its own.
    Work that a colleague has claimed comes last."""
    if queries.url_of(*matter.subject):
        return None
    tasks = queries.my_tasks(matter.subject, actor, queries.open_tasks_of(matter.id))
    task = next(iter(sorted(tasks, key=lambda task: bool(task.claimed_by_other))), None)
    return None if task is None else Hand(task, _answers(task), moving.offers(task, actor))


def story(matter: InstanceView) -> list[dict[str, str]]:
    """What was done and said in a matter of its own; elsewhere the subject's page tells it."""
    if queries.url_of(*matter.subject):
        return []
    return [
        {
            "state": "done", "title": records.verbs.title(act.verb), "at": formats.moment(act.at), "note": act.reason,
            "who": f"{act.actor}（代{act.deputy_for}）" if act.deputy_for else act.actor,
        }
        for act in records.queries.story_of(*matter.subject)
    ]  # fmt: skip


def _answers(task: MyTask) -> tuple[Answer, ...]:
    return tuple(Answer(outcome, *OUTCOMES.get(outcome, (outcome,))) for outcome in task.outcomes)


@needs("task.view")
@require_POST
def complete(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """Complete a task with its outcome and opinion; a refusal leaves what was typed on the page."""
    opinion = request.POST.get("opinion", "").strip()
    if len(opinion) > MOST_OPINION:
        return _again(request, task_id, f"意见最多 {MOST_OPINION} 字，现在有 {len(opinion)} 字。")
    return _attempt(request, task_id, "已提交", lambda actor: complete_task(
        task_id=task_id, actor=actor, now=calendar.now(), outcome=request.POST.get("outcome", ""), opinion=opinion,
        key=request.POST.get("key", ""),
    ), "processes:todo")  # fmt: skip


@needs("task.view")
@require_POST
def move(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """Claim, give back, transfer, add a signer, copy, return … a task."""
    asked = moving.asked(request.POST)
    rule = engine.TABLE.get(asked["move"])
    done = f"已{rule.title}" if rule is not None else ""
    return _attempt(
        request, task_id, done, lambda actor: move_task(task_id=task_id, actor=actor, now=calendar.now(), **asked)
    )


def _attempt(
    request: HttpRequest, task_id: int, done: str, act: Callable[[Actor], Any], afterwards: str = ""
) -> HttpResponseBase:
    actor = people.actor(request)
    matter = _matter(task_id, actor)
    try:
        act(actor)
    except ProcessProblem as problem:
        return _again(request, task_id, str(problem))
    ui.notify(request, done)
    return redirect(afterwards) if afterwards else redirect("processes:instance", matter.id)


def _again(request: HttpRequest, task_id: int, problem: str) -> HttpResponseBase:
    from .views import show

    matter = _matter(task_id, people.actor(request))
    return show(request, matter.id, problem=problem, entered=request.POST.dict())


def _matter(task_id: int, actor: Actor) -> InstanceView:
    """The matter of a task that the actor may know of and that is handled here."""
    if not queries.may_know_task(task_id, actor):
        raise Http404
    matter = queries.instance(queries.instance_of(task_id))
    if queries.url_of(*matter.subject):
        raise Http404
    return matter
