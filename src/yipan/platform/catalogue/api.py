"""Items and guides for programs; the materials that follow from the answers of a situation. All of it is public."""

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Schema
from pydantic import Field

from yipan.platform import calendar, search
from yipan.platform.ui import interface
from yipan.platform.ui.errors import Unprocessable

from . import queries
from .domain import AnswerRefused, Item, check_answers, materials_for
from .domain.situations import Needed
from .queries import ItemView

room = interface.Room("catalogue", "事项")
Key = Annotated[str, Field(max_length=80)]


class ItemLine(Schema):
    key: str
    title: str
    code: str
    unit: str
    version: int
    effective_from: dt.date
    summary: str
    legal_limit: str
    promised_limit: str
    handled: str
    applies_online: bool


class ItemPage(Schema):
    """``more``: the ``after`` of the next page; null at the end."""

    items: list[ItemLine]
    total: int
    more: str | None


class ItemsAsked(Schema):
    """``q`` asks the search (names, aliases, pinyin initials, parts); else all items in force, by title."""

    q: Annotated[str, Field(max_length=100)] = ""
    unit: Annotated[str, Field(max_length=60)] = ""
    after: Annotated[str, Field(max_length=80)] = ""
    size: interface.Size = 20


@room.get("/items", "事项清单", door=interface.PUBLIC, answer=ItemPage)
def items(request: HttpRequest, asked: Query[ItemsAsked]) -> ItemPage:  # noqa: ARG001
    """Items in force today."""
    if asked.q.strip():
        places = {hit.key: n for n, hit in enumerate(search.queries.find(asked.q, kinds=["item"]).hits)}
        found = sorted(queries.in_force(keys=list(places)), key=lambda view: places[view.item.key])
    else:
        found = queries.in_force()
    if asked.unit:
        found = [view for view in found if view.item.unit == asked.unit]
    keys = [view.item.key for view in found]
    begin = keys.index(asked.after) + 1 if asked.after in keys else 0
    page = found[begin : begin + asked.size]
    more = page[-1].item.key if begin + asked.size < len(found) else None
    return ItemPage(items=[_line(view) for view in page], total=len(found), more=more)


def _line(view: ItemView) -> ItemLine:
    item = view.item
    return ItemLine(
        key=item.key,
        title=item.title,
        code=item.variant_code,
        unit=item.unit_name,
        version=view.number,
        effective_from=view.effective_from,
        summary=item.summary,
        legal_limit=item.legal_limit.words,
        promised_limit=item.promised_limit.words,
        handled=item.handling.words,
        applies_online=item.applies_online,
    )


class OptionOut(Schema):
    value: str
    label: str


class QuestionOut(Schema):
    """``kind``: yesno (true or false) or choice (one of the options). ``when``: asked if this FEEL condition holds."""

    key: str
    text: str
    kind: str
    options: list[OptionOut]
    when: str
    help: str


class BasisOut(Schema):
    title: str
    doc_no: str
    article: str
    text: str


class StepOut(Schema):
    name: str
    role: str
    days: str
    result: str


class MaterialOut(Schema):
    """``status`` required | tolerable | commitment; ``exempt``: government fetches it itself."""

    code: str
    name: str
    source: str
    status: str
    exempt: bool
    why: str
    formats: list[str]
    max_mb: int


class GuideOut(ItemLine):
    """The guide in one version; ``document`` is everything the catalogue publishes about the item."""

    catalog_code: str
    task_code: str
    aliases: list[str]
    questions: list[QuestionOut]
    steps: list[StepOut]
    bases: list[BasisOut]
    document: dict[str, Any]


class GuideAsked(Schema):
    """``version``: an earlier version by number; without it the one in force today."""

    version: Annotated[int, Field(ge=1, le=100_000)] | None = None


@room.get("/items/{key}", "办事指南", door=interface.PUBLIC, answer=GuideOut)
def guide(request: HttpRequest, key: Key, asked: Query[GuideAsked]) -> GuideOut:  # noqa: ARG001
    """The guide of one item."""
    view = _view(key, asked.version)
    item = view.item
    return GuideOut(
        **_line(view).dict(),
        catalog_code=item.catalog_code,
        task_code=item.task_code,
        aliases=list(item.aliases),
        questions=[QuestionOut.from_orm(question) for question in item.questions],
        steps=[StepOut.from_orm(step) for step in item.steps],
        bases=[BasisOut.from_orm(basis) for basis in item.bases],
        document=dict(item.raw),
    )


def _view(key: str, version: int | None = None) -> ItemView:
    try:
        return queries.item_version_number(key, version) if version else queries.item_at(key, calendar.now())
    except queries.ItemNotFound:
        raise Http404 from None


class Situation(Schema):
    """Answers by question: true or false, or the value of an option."""

    answers: Annotated[
        dict[Annotated[str, Field(max_length=60)], bool | Annotated[str, Field(max_length=60)]], Field(max_length=60)
    ] = {}


class LeftOutOut(Schema):
    code: str
    name: str
    why: str


class ChecklistOut(Schema):
    """What follows from the answers; ``open`` are questions still to be answered."""

    item: str
    version: int
    path: str
    promised_limit: str
    handled: bool
    other_item: str
    materials: list[MaterialOut]
    not_needed: list[LeftOutOut]
    open: list[QuestionOut]


@room.post("/items/{key}/materials", "按情形给出材料清单", door=interface.PUBLIC, answer=ChecklistOut)
def materials(request: HttpRequest, key: Key, situation: Situation) -> ChecklistOut:  # noqa: ARG001
    """The materials of one situation, and why others are not needed. Nothing is stored."""
    view = _view(key)
    checklist = materials_for(view.item, _checked(view.item, situation.answers))
    return ChecklistOut(
        item=key,
        version=view.number,
        path=checklist.path.name,
        promised_limit=checklist.path.promised.words,
        handled=checklist.path.handled,
        other_item=checklist.path.other_item,
        materials=[_material(needed) for needed in checklist.materials],
        not_needed=[
            LeftOutOut(code=left.material.code, name=left.material.name, why=left.why) for left in checklist.left_out
        ],
        open=[QuestionOut.from_orm(question) for question in checklist.unanswered],
    )


def _checked(item: Item, answers: dict[str, Any]) -> dict[str, Any]:
    unknown = {f"answers.{key}": "没有这个问题" for key in answers if key not in {q.key for q in item.questions}}
    try:
        kept = check_answers(item, answers)
    except AnswerRefused as refused:
        unknown |= {f"answers.{key}": text for key, text in refused.faults.items()}
        kept = {}
    if unknown:
        raise Unprocessable("情形回答有误：" + "；".join(unknown.values()), unknown)
    return kept


def _material(needed: Needed) -> MaterialOut:
    material = needed.material
    return MaterialOut(
        code=material.code,
        name=material.name,
        source=material.source.words,
        status=needed.status,
        exempt=needed.exempt,
        why=needed.why,
        formats=list(material.formats),
        max_mb=material.max_mb,
    )
