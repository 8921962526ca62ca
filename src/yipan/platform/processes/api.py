"""The to-do of whoever is signed in, and what he does with its tasks. Rights and races are those of the screens."""

import datetime as dt
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Schema
from pydantic import Field

from yipan.platform import calendar, people
from yipan.platform.people.queries import at_work
from yipan.platform.ui import interface
from yipan.platform.ui.errors import Unprocessable

from . import boxes, errands, queries, rows
from .actions.complete import complete as complete_task
from .actions.errands import close_errand, post_errand
from .actions.move import move as move_task

room = interface.Room("processes", "待办")
DOOR = interface.staff("task.view")
POST_RIGHT = "errand.post"
interface.scope("errands.post", "向统一待办推送", right=POST_RIGHT)
OUTSIDE = interface.staff(POST_RIGHT, scope="errands.post")
BoxName = Literal["todo", "to_read", "done", "concluded", "started", "followed"]
Words = Annotated[str, Field(max_length=4000)]


class LineOut(Schema):
    """One line of a box; ``task_id`` is null where the line is about the matter as a whole. Work of other rooms and
    outside systems has ``errand_id`` instead of an instance (0), and is done at ``url``."""

    instance_id: int
    task_id: int | None
    subject_kind: str
    subject_id: str
    item: str
    title: str
    subtitle: str
    task: str
    state: str
    process: str
    due_at: dt.datetime | None
    due: str
    light: interface.LightOut | None
    note: str
    url: str
    errand_id: int | None


class BoxOut(Schema):
    """``following`` is the ``page`` of the next page; "" at the end. ``counts``: all boxes, counted up to 1,000."""

    lines: list[LineOut]
    following: str
    counts: dict[str, int]


class BoxAsked(Schema):
    box: BoxName = "todo"
    item: Annotated[str, Field(max_length=80)] = ""
    process: Annotated[str, Field(max_length=120)] = ""
    task: Annotated[str, Field(max_length=100)] = ""
    due_before: interface.Moment | None = None
    page: interface.Place = ""
    size: interface.Size = boxes.PAGE


@room.get("/tasks", "待办、待阅、已办、办结、我发起、我的关注", door=DOOR, answer=BoxOut)
def tasks(request: HttpRequest, asked: Query[BoxAsked]) -> BoxOut:
    """One page of a box: open work by its limit, other boxes newest first."""
    actor = people.actor(request)
    filters = {name: getattr(asked, name) for name in ("item", "process", "task", "due_before")}
    page = boxes.todo(actor, asked.box, filters, asked.page, limit=asked.size)
    shown = rows.rows_of(page.lines, asked.box)
    return BoxOut(
        lines=[_line(line, row) for line, row in zip(page.lines, shown, strict=True)],
        following=page.following,
        counts=boxes.counts(actor),
    )


def _line(line: boxes.Line, row: rows.TodoRow) -> LineOut:
    return LineOut(
        instance_id=line.instance_id,
        task_id=line.task_id,
        subject_kind=line.subject_kind,
        subject_id=line.subject_id,
        item=line.item_key,
        title=row.title,
        subtitle=row.subtitle,
        task=row.task,
        state=row.state,
        process=row.process,
        due_at=line.due_at,
        due=row.when,
        light=interface.light(row.light),
        note=row.note,
        url=row.href,
        errand_id=line.errand,
    )


class TaskOut(Schema):
    """An open task that the caller may work on. ``outcomes``: what it can be completed with (none: just completed)."""

    id: int
    instance_id: int
    name: str
    act: str
    outcomes: list[str]
    status: str
    unit_key: str
    opened_at: dt.datetime
    due_at: dt.datetime | None
    deputy_for: str
    claimed_by_other: str
    may_claim: bool
    may_unclaim: bool


@room.get("/tasks/{task_id}", "一项任务", door=DOOR, answer=TaskOut)
def task(request: HttpRequest, task_id: interface.Id) -> queries.MyTask:
    """A task of the caller's own to-do, or of his group; everybody else's is not there."""
    return _mine(request, task_id)


def _mine(request: HttpRequest, task_id: int) -> queries.MyTask:
    found = queries.my_open_task(task_id, people.actor(request))
    if found is None:
        raise Http404
    return found


class Completion(Schema):
    outcome: Annotated[str, Field(max_length=60)] = ""
    opinion: Words = ""


class CompletedOut(Schema):
    """``opened``: names of the tasks that follow; ``repeated``: this was done before with the same key."""

    task_id: int
    instance_id: int
    status: str
    opened: list[str]
    repeated: bool


@room.post("/tasks/{task_id}/complete", "办理任务", door=DOOR, answer=CompletedOut)
def complete(
    request: HttpRequest, task_id: interface.Id, done: Completion, idempotency_key: interface.RepeatKey
) -> CompletedOut:
    """Complete a task with outcome and opinion. Two people on one task: one wins, the other gets 409 and the name."""
    actor = people.actor(request)
    _known(request, task_id)
    answer = complete_task(
        task_id=task_id,
        actor=actor,
        now=calendar.now(),
        outcome=done.outcome,
        opinion=done.opinion.strip(),
        key=f"{actor.account_id}:{task_id}:{idempotency_key}",
    )
    return CompletedOut(
        task_id=answer.task_id, instance_id=answer.instance_id, status=answer.status, opened=list(answer.opened),
        repeated=answer.repeated,
    )  # fmt: skip


def _known(request: HttpRequest, task_id: int) -> None:
    """Whoever has nothing to do with the matter learns nothing of it, not even that it is there."""
    if not queries.may_know_task(task_id, people.actor(request)):
        raise Http404


class MoveAsked(Schema):
    """``to``: accounts it goes to (transfer, delegate, add_before, add_after, copy); ``element``: where a return leads
    ("" the step before); ``then``: afterwards step by step (forward) or straight back to here (back)."""

    move: Literal[
        "claim", "unclaim", "transfer", "delegate", "return", "recall", "add_before", "add_after", "copy", "urge"
    ]
    to: Annotated[list[interface.Id], Field(max_length=20)] = []
    element: Annotated[str, Field(max_length=120)] = ""
    then: Literal["forward", "back"] = "forward"
    reason: Words = ""


class MovedOut(Schema):
    task_id: int
    instance_id: int
    opened: list[str]
    repeated: bool


@room.post("/tasks/{task_id}/moves", "签收、转办、委托、退回、撤回、加签、抄送、催办", door=DOOR, answer=MovedOut)
def move(
    request: HttpRequest, task_id: interface.Id, asked: MoveAsked, idempotency_key: interface.RepeatKey
) -> MovedOut:
    """One move on a task, by the same table of moves as on screens."""
    actor = people.actor(request)
    _known(request, task_id)
    persons = at_work.persons_of_accounts(asked.to) if asked.to else {}
    if len(persons) < len(set(asked.to)):
        raise Unprocessable("接收人有误。", {"to": "所选人员的账号不存在或已停用"})
    answer = move_task(
        task_id=task_id,
        move=asked.move,
        actor=actor,
        now=calendar.now(),
        to_person_ids=[person for person, _name in persons.values()],
        element=asked.element,
        then=asked.then,
        reason=asked.reason.strip(),
        key=f"{actor.account_id}:{task_id}:{idempotency_key}",
    )
    return MovedOut(
        task_id=answer.task_id, instance_id=answer.instance_id, opened=list(answer.opened), repeated=answer.repeated
    )


# -- work of outside systems -----------------------------------------------------------------------------------------
class ErrandAsked(Schema):
    """``key`` is the caller's own; the same key again changes what it shows. ``people``: logins, ``roles``: keys of
    roles in ``unit``. ``url``: where the work is done. ``read_only``: only to be seen (待阅)."""

    key: Annotated[str, Field(min_length=1, max_length=80)]
    title: Annotated[str, Field(min_length=2, max_length=200)]
    subtitle: Annotated[str, Field(max_length=200)] = ""
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=500)]
    unit: Annotated[str, Field(max_length=60)]
    people: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)] = []
    roles: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=10)] = []
    due_at: interface.Moment | None = None
    read_only: bool = False


class ErrandOut(Schema):
    id: int
    key: str


class ErrandDone(Schema):
    """``login``: who did it there, so that it stands under his 办结."""

    key: Annotated[str, Field(min_length=1, max_length=80)]
    outcome: Annotated[str, Field(max_length=100)] = ""
    login: Annotated[str, Field(max_length=60)] = ""


class ErrandClosed(Schema):
    closed: bool


@room.post("/errands", "向统一待办推送待办、待阅", door=OUTSIDE, answer=ErrandOut)
def post(request: HttpRequest, asked: ErrandAsked) -> ErrandOut:
    """Show work of another system in the one to-do; only to people and roles of units the application answers for."""
    actor = interface.actor(request)
    unit = _unit(request, asked.unit)
    persons = people.queries.persons_of_logins(asked.people, unit)
    unknown = [login for login in asked.people if login not in persons]
    wrong = {"people": f"“{asked.unit}”没有账号：{'、'.join(unknown)}"} if unknown else {}
    strange = sorted(set(asked.roles) - people.queries.role_titles().keys())
    wrong |= {"roles": f"没有角色：{'、'.join(strange)}"} if strange else {}
    if not asked.people and not asked.roles:
        wrong["people"] = "请写明办理人或角色"
    if wrong:
        raise Unprocessable("推送的待办有误。", wrong)
    made = post_errand(
        _source(request),
        asked.key,
        title=asked.title.strip(),
        subtitle=asked.subtitle.strip(),
        url=asked.url,
        to=[
            *(errands.Person(person) for person in persons.values()),
            *(errands.Role(role, asked.unit) for role in asked.roles),
        ],
        due=asked.due_at,
        unit=asked.unit,
        kind=actor.name,
        read_only=asked.read_only,
        actor=actor,
        at=calendar.now(),
    )
    return ErrandOut(id=made, key=asked.key)


@room.post("/errands/close", "办结推送的待办", door=OUTSIDE, answer=ErrandClosed)
def close(request: HttpRequest, done: ErrandDone) -> ErrandClosed:
    """It was done in the other system: off the lists here. Closing again changes nothing."""
    actor = interface.actor(request)
    if done.login:
        actor = people.queries.staff_named(done.login) or actor
    closed = close_errand(_source(request), done.key, actor=actor, at=calendar.now(), outcome=done.outcome.strip())
    return ErrandClosed(closed=closed)


def _unit(request: HttpRequest, key: str) -> int:
    try:
        unit = people.queries.unit_by_key(key).id
    except people.queries.UnknownUnit as problem:
        raise Unprocessable("推送的待办有误。", {"unit": f"没有单位“{key}”"}) from problem
    people.require(interface.actor(request), POST_RIGHT, unit_id=unit)
    return unit


def _source(request: HttpRequest) -> str:
    """An application's errands are its own: another one can neither change nor close them."""
    return interface.actor(request).channel
