"""Cases for programs: staff and applications read those of their units, citizens their own, anybody with number and
code the progress of one. Submitting and completing take an idempotency key."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from yipan.kernel import identifiers
from yipan.kernel.clock import Due, LightCode
from yipan.platform import calendar, people, processes, records
from yipan.platform.records import queries as record_queries
from yipan.platform.ui import interface
from yipan.platform.ui.errors import Unprocessable
from yipan.platform.ui.listing import Between, keyset

from . import items, queries, timeline
from .actions import clocks, submission
from .actions.core import CaseProblem
from .domain.corrections import NoticeRefused
from .domain.specials import SpecialRefused
from .domain.states import IllegalAct, State
from .listing import case_query
from .models import Case, CaseMaterial

room = interface.Room("cases", "办件")
interface.scope("cases.read", "读取办件", right="case.read")
interface.answer_with(409, CaseProblem, IllegalAct, NoticeRefused, SpecialRefused)
STAFF = interface.staff("case.read", scope="cases.read")
LIST = "api.cases"


class CaseLine(Schema):
    """A case in a list. ``due``: end of the promised limit, before acceptance of the notice limit."""

    id: int
    short_no: str
    case_no: str
    item_title: str
    applicant_name: str
    unit_name: str
    state: int
    state_title: str
    light: interface.LightOut | None
    due: dt.datetime | None
    received_at: dt.datetime | None
    commitment: bool


class CasePage(Schema):
    """``following`` is the ``page`` of the next page; "" at the end."""

    cases: list[CaseLine]
    following: str


class CasesAsked(Schema):
    """``q``: beginning of a number, or part of the applicant's name."""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Annotated[list[State], Field(max_length=30)] = []
    running: Literal["", "open"] = ""
    light: Annotated[list[LightCode], Field(max_length=5)] = []
    received_from: dt.date | None = None
    received_to: dt.date | None = None
    order: Literal["received_at", "-received_at", "due", "-due"] = "-received_at"
    page: interface.Place = ""
    size: interface.Size = 20


@room.get("/cases", "办件列表", door=STAFF, answer=CasePage)
def cases(request: HttpRequest, asked: Query[CasesAsked]) -> CasePage:
    """The cases of the caller's units, as the list on screen shows them."""
    actor = interface.actor(request)
    query = case_query(actor)
    filters: dict[str, Any] = {"q": asked.q.strip(), "running": asked.running}
    filters["light"] = tuple(asked.light)
    filters["state"] = tuple(str(state.value) for state in asked.state)
    if asked.received_from or asked.received_to:
        filters["received_at"] = Between(asked.received_from, asked.received_to)
    after = keyset.unpack(asked.page, list_key=LIST, order=asked.order) if asked.page else None
    found = query.page(filters, after=after, before=None, limit=asked.size + 1, order=asked.order)
    following = ""
    if len(found) > asked.size:
        following = keyset.pack(query.position(found[asked.size - 1], asked.order), list_key=LIST, order=asked.order)
    return CasePage(cases=[_line(row, actor) for row in found[: asked.size]], following=following)


def _line(row: queries.CaseRow, actor: Any = None) -> CaseLine:
    # A program gets the minimum: natural persons masked (firms are public); people see what their screens show.
    masked = actor is not None and actor.person_id is None and row.applicant_kind == "person"
    name = identifiers.mask_name(row.applicant_name) if masked else row.applicant_name
    return CaseLine(
        id=row.id,
        short_no=row.short_no,
        case_no=row.case_no,
        item_title=row.item_title,
        applicant_name=name,
        unit_name=row.unit_name,
        state=row.state.value,
        state_title=row.state.title,
        light=interface.light(row.light),
        due=row.due,
        received_at=row.received_at,
        commitment=row.commitment,
    )


class ClockOut(Schema):
    """One of the three clocks (notice, promised, legal): when it ends (null while it stands still) and why."""

    name: str
    at: dt.datetime | None
    shown: str
    lines: list[str]


class CaseMaterialOut(Schema):
    id: int
    code: str
    name: str
    required: bool
    source: str
    check_result: str
    round: int


class DocumentOut(Schema):
    id: int
    title: str
    number: str
    at: dt.datetime
    ready: bool
    state: str


class CaseOut(CaseLine):
    """One case. ``tasks``: what the caller may work on now."""

    accepted_at: dt.datetime | None
    decided_at: dt.datetime | None
    concluded_at: dt.datetime | None
    decision_no: str
    clocks: list[ClockOut]
    materials: list[CaseMaterialOut]
    documents: list[DocumentOut]
    tasks: list[int]


@room.get("/cases/{case_id}", "一个办件", door=STAFF, answer=CaseOut)
def case(request: HttpRequest, case_id: interface.Id) -> CaseOut:
    """Reading a case is noted in the access log. Cases of other units are not there."""
    actor = interface.actor(request)
    found = queries.get_for_staff(case_id, actor)
    records.log_access(actor, ("case", str(found.pk)), ["申请人", "材料"], "数据接口")
    tasks = [task.id for task in processes.queries.my_tasks(("case", str(found.pk)), actor)]
    return _whole(found, actor=actor, for_applicant=False, tasks=tasks)


def _whole(found: Case, *, actor: Any, for_applicant: bool, tasks: Sequence[int] = ()) -> CaseOut:
    line = _line(queries.row(found, calendar.now()), None if for_applicant else actor)
    return CaseOut(
        **line.dict(),
        accepted_at=found.accepted_at,
        decided_at=found.decided_at,
        concluded_at=found.concluded_at,
        decision_no=found.decision_no,
        clocks=_clocks(found),
        materials=[
            CaseMaterialOut(
                id=row.id, code=row.code, name=row.name, required=row.required, source=row.source_title,
                check_result=row.check_result, round=row.round,
            )
            for row in queries.materials(found)
        ],
        documents=[
            DocumentOut(id=row.id, title=row.title, number=row.number, at=row.at, ready=row.ready, state=row.state_word)
            for row in queries.documents(found, for_applicant=for_applicant)
        ],
        tasks=list(tasks),
    )  # fmt: skip


def _clocks(found: Case) -> list[ClockOut]:
    three = clocks.explained(found, items.terms(found))
    named: list[tuple[str, Due | None]] = [
        ("notice", three.notice), ("promised", three.promised), ("legal", three.legal)
    ]  # fmt: skip
    return [
        ClockOut(name=name, at=due.at, shown=due.shown, lines=[line.text for line in due.lines])
        for name, due in named
        if due is not None
    ]


class StoryLine(Schema):
    at: dt.datetime
    title: str
    who: str
    text: str


class StoryOut(Schema):
    lines: list[StoryLine]


@room.get("/cases/{case_id}/timeline", "办理经过", door=STAFF, answer=StoryOut)
def story(request: HttpRequest, case_id: interface.Id) -> StoryOut:
    """What was done to a case, oldest first. Programs get the applicant's version: no officials, no opinions."""
    actor = interface.actor(request)
    return _story(queries.get_for_staff(case_id, actor), for_applicant=actor.person_id is None)


def _story(found: Case, *, for_applicant: bool) -> StoryOut:
    acts = record_queries.story_of("case", found.pk)
    lines = timeline.story(found, acts, for_applicant=for_applicant)
    return StoryOut(lines=[StoryLine(at=line.at, title=line.title, who=line.who, text=line.text) for line in lines])


class DefectIn(Schema):
    """A material (by its code in the case; "form" for the application form) with what is wrong and how to mend it."""

    material: Annotated[str, Field(max_length=60)]
    kind: Literal["missing", "unclear", "expired", "inconsistent", "format", "seal"]
    remedy: Annotated[str, Field(max_length=1000)]


class TaskDone(Schema):
    """What the form of a task asks: the fields that its act needs, the others stay empty."""

    outcome: Annotated[str, Field(max_length=60)] = ""
    opinion: Annotated[str, Field(max_length=4000)] = ""
    law: Annotated[str, Field(max_length=1000)] = ""
    facts: Annotated[str, Field(max_length=4000)] = ""
    second_officer: Annotated[str, Field(max_length=100)] = ""
    place: Annotated[str, Field(max_length=300)] = ""
    way: Annotated[str, Field(max_length=20)] = ""
    receiver: Annotated[str, Field(max_length=100)] = ""
    id_no: Annotated[str, Field(max_length=30)] = ""
    authority: Annotated[str, Field(max_length=200)] = ""
    left_reason: Annotated[str, Field(max_length=300)] = ""
    witness1: Annotated[str, Field(max_length=50)] = ""
    witness2: Annotated[str, Field(max_length=50)] = ""
    right_agency: Annotated[str, Field(max_length=200)] = ""
    defects: Annotated[list[DefectIn], Field(max_length=100)] = []


class DoneOut(Schema):
    """The state of the case afterwards; ``opened``: names of the tasks that follow."""

    case_id: int
    state: int
    state_title: str
    opened: list[str]
    repeated: bool


@room.post(
    "/cases/{case_id}/tasks/{task_id}/complete", "办理办件环节", door=interface.staff("case.handle"), answer=DoneOut
)
def complete(
    request: HttpRequest,
    case_id: interface.Id,
    task_id: interface.Id,
    done: TaskDone,
    idempotency_key: interface.RepeatKey,
) -> DoneOut:
    """Complete a task of a case with everything its form asks, by the same act as on screen."""
    actor = people.actor(request)
    found = queries.get_for_staff(case_id, actor)
    if not processes.queries.belongs(task_id, ("case", str(found.pk))):
        raise queries.CaseNotFound
    fields = done.dict(exclude={"outcome", "opinion", "defects"})
    data: dict[str, Any] = {name: text for name, text in fields.items() if text}
    if done.defects:
        data["defects"] = _defects(found, done.defects)
    answer = processes.complete(
        task_id=task_id,
        actor=actor,
        now=calendar.now(),
        outcome=done.outcome,
        opinion=done.opinion.strip(),
        data=data,
        key=f"{actor.account_id}:{task_id}:{idempotency_key}",
    )
    return _done(found, opened=list(answer.opened), repeated=answer.repeated)


def _done(found: Case, *, opened: list[str], repeated: bool) -> DoneOut:
    found.refresh_from_db(fields=["state"])
    state = State(found.state)
    return DoneOut(case_id=found.pk, state=state.value, state_title=state.title, opened=opened, repeated=repeated)


def _defects(found: Case, told: Sequence[DefectIn]) -> list[dict[str, str]]:
    names = dict(CaseMaterial.objects.filter(case=found, replaced=False).values_list("code", "name"))
    defects, faults = [], {}
    for n, defect in enumerate(told):
        if defect.material == "form":
            defects.append({"subject": "申请表", "kind": defect.kind, "remedy": defect.remedy, "field_key": "form"})
        elif defect.material in names:
            defects.append(
                {
                    "subject": names[defect.material],
                    "kind": defect.kind,
                    "remedy": defect.remedy,
                    "material_code": defect.material,
                }
            )
        else:
            faults[f"defects.{n}.material"] = "这个办件没有这项材料"
    if faults:
        raise Unprocessable("需要补正的材料有误。", faults)
    return defects


# -- citizens --------------------------------------------------------------------------------------------------------
class MineOut(Schema):
    cases: list[CaseLine]
    older: int | None


class MineAsked(Schema):
    before: interface.Id | None = None
    size: interface.Size = 50


@room.get("/my/cases", "我的办件", door=interface.CITIZEN, answer=MineOut)
def mine(request: HttpRequest, asked: Query[MineAsked]) -> MineOut:
    """One's own cases and drafts, and those of the firm one acts for; newest first."""
    rows = queries.own(people.principal(request)).order_by("-id")
    if asked.before is not None:
        rows = rows.filter(pk__lt=asked.before)
    found = queries.rows(rows[: asked.size + 1], calendar.now())
    more = len(found) > asked.size
    page = found[: asked.size]
    return MineOut(cases=[_line(row) for row in page], older=page[-1].id if more else None)


class MyCaseOut(CaseOut):
    """``query_code`` is what one asks for progress with; the story in plain words."""

    query_code: str
    story: list[StoryLine]


@room.get("/my/cases/{case_id}", "我的一个办件", door=interface.CITIZEN, answer=MyCaseOut)
def my_case(request: HttpRequest, case_id: interface.Id) -> MyCaseOut:
    """Progress with every date explained."""
    found = queries.get_own(case_id, people.principal(request))
    whole = _whole(found, actor=None, for_applicant=True)
    return MyCaseOut(**whole.dict(), query_code=found.query_code, story=_story(found, for_applicant=True).lines)


class Promise(Schema):
    """``agree``: the applicant has read and makes the applicant's statement (申请人承诺).
    ``e_service``: he agrees to be served electronically."""

    agree: Literal[True]
    e_service: bool = False


class ReceivedOut(Schema):
    """The national number, the short number and the code to ask with; ``repeated``: submitted before."""

    case_id: int
    case_no: str
    short_no: str
    query_code: str
    repeated: bool


@room.post("/my/cases/{case_id}/submit", "提交申请", door=interface.CITIZEN, answer=ReceivedOut)
def submit(
    request: HttpRequest,
    case_id: interface.Id,
    promise: Promise,
    idempotency_key: interface.RepeatKey,
) -> submission.Received:
    """Hand in a draft. Everything that is still missing is named at once (409)."""
    found = queries.get_own(case_id, people.principal(request))
    return submission.submit(
        found.pk,
        key=idempotency_key,
        actor=people.actor(request),
        now=calendar.now(),
        e_service=promise.e_service,
    )


@room.post("/my/cases/{case_id}/correct", "提交补正", door=interface.CITIZEN, answer=DoneOut)
def correct(request: HttpRequest, case_id: interface.Id, idempotency_key: interface.RepeatKey) -> DoneOut:
    """Hand in the corrected materials: completes the applicant's own step of the process."""
    found = queries.get_own(case_id, people.principal(request))
    task = processes.queries.open_task(("case", str(found.pk)), act="correct")
    if task is None:
        raise CaseProblem("没有等待补正的告知书。")
    actor = people.actor(request)
    answer = processes.complete(
        task_id=task.id, actor=actor, now=calendar.now(), key=f"{actor.account_id}:{task.id}:{idempotency_key}"
    )
    return _done(found, opened=[], repeated=answer.repeated)


# -- anybody ---------------------------------------------------------------------------------------------------------
class ProgressAsked(Schema):
    """Both as they stand on the receipt; they travel in the body, so that no log of addresses has them."""

    short_no: Annotated[str, Field(min_length=1, max_length=20)]
    query_code: Annotated[str, Field(min_length=6, max_length=12)]


class ProgressOut(Schema):
    short_no: str
    item_title: str
    applicant_name: str
    unit_name: str
    state: int
    state_title: str
    due: dt.datetime | None
    story: list[StoryLine]


@room.post("/progress", "凭短号和查询码查进度", door=interface.PUBLIC, answer=ProgressOut)
def progress(request: HttpRequest, asked: ProgressAsked) -> ProgressOut:  # noqa: ARG001
    """Progress without login: names masked, no documents. A number alone opens nothing."""
    found = queries.by_code(asked.short_no, asked.query_code)
    if found is None:
        raise queries.CaseNotFound
    row = queries.row(found, calendar.now())
    return ProgressOut(
        short_no=row.short_no,
        item_title=row.item_title,
        applicant_name=identifiers.mask_name(row.applicant_name),
        unit_name=row.unit_name,
        state=row.state.value,
        state_title=row.state.plain,
        due=row.due,
        story=_story(found, for_applicant=True).lines,
    )


from . import delivery_api  # noqa: E402, F401 - further operations of the same room
