"""The situation, question by question; its end is the material list of this applicant and nothing else."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar
from yipan.platform.ui import render
from yipan.platform.ui.access import public

from .. import actions, queries
from ..domain import AnswerRefused, Item, check_answers, materials_for, open_questions
from .guide import view_of


@public
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, key: str) -> HttpResponseBase:
    """One page with the questions that are open now; answers given so far travel in the page, nothing is stored yet."""
    view = view_of(key)
    given = _given(view.item, request)
    faults: dict[str, str] = {}
    try:
        answers = check_answers(view.item, given)
    except AnswerRefused as refused:
        answers, faults = {}, refused.faults
    back = request.POST.get("back", "")
    if back and back in answers:
        answers = _before(view.item, answers, back)
    open_ = open_questions(view.item, answers)
    if not faults and not open_:
        saved = actions.save_answers(view, answers, at=calendar.now())
        return redirect("catalogue:answered", key, saved.token)
    if (
        request.method == "POST"
        and not back
        and not faults
        and open_
        and open_[0].key not in given
        and _was_asked(request, open_[0].key)
    ):
        faults = {open_[0].key: "请选择一项"}
    question = open_[0] if open_ else view.item.questions[0]
    context = {
        "face": "portal",
        "item": view.item,
        "question": question,
        "options": _options(question),
        "said": [(q, q.shown(answers[q.key])) for q in view.item.questions if q.key in answers],
        "answers": [(name, _posted(value)) for name, value in answers.items()],
        "number": len(answers) + 1,
        "total": len(answers) + len(open_),
        "faults": faults,
    }
    return render(request, "catalogue/situation.html", context, status=422 if faults else 200)


def _was_asked(request: HttpRequest, key: str) -> bool:
    return request.POST.get("asked") == key


def _options(question: Any) -> list[tuple[str, str]]:
    if question.kind == "yesno":
        return [("yes", "是"), ("no", "否")]
    return [(option.value, option.label) for option in question.options]


def _posted(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _given(item: Item, request: HttpRequest) -> dict[str, Any]:
    source = request.POST if request.method == "POST" else request.GET
    return {question.key: source[question.key] for question in item.questions if source.get(question.key)}


def _before(item: Item, answers: dict[str, Any], key: str) -> dict[str, Any]:
    """The answers given before one question, to answer it anew."""
    kept: dict[str, Any] = {}
    for question in item.questions:
        if question.key == key:
            return kept
        if question.key in answers:
            kept[question.key] = answers[question.key]
    return kept


@public
def answered(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """The materials of this situation: what to prepare, what government fetches, what is not needed and why."""
    saved = queries.saved_answers(token)
    if saved is None or saved.item_key != key:
        raise Http404("没有这份情形回答，请重新选择情形")
    view = queries.item_version(saved.version_id)
    present = view_of(key)
    checklist = materials_for(view.item, saved.answers)
    other = queries.item_at(checklist.path.other_item, calendar.now()) if checklist.path.other_item else None
    context = {
        "face": "portal",
        "item": view.item,
        "token": token,
        "checklist": checklist,
        "prepare": [needed for needed in checklist.materials if not (needed.exempt or needed.written)],
        "written": [needed for needed in checklist.materials if needed.written],
        "fetched": [needed for needed in checklist.materials if needed.exempt],
        "other": other.item if other else None,
        "stale": view.version_id != present.version_id,
        "open": present.item.applies_online,
        "standing": present.item.standing,
    }
    return render(request, "catalogue/answered.html", context)
