"""The editor: a draft's tables cell by cell, checked while one types, tried out, published."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from yipan.kernel import dmn
from yipan.kernel.dmn import checking
from yipan.kernel.dmn import model as m
from yipan.platform import calendar, people, ui
from yipan.platform.ui import formats, render
from yipan.platform.ui.access import needs

from . import queries, views
from .actions import drafts
from .domain import DecisionProblem, Stale
from .editing import done, table_from, widths
from .models import DecisionDraft

MANAGE = "decisions.manage"
MOST_BYTES = 5_000_000
MOST_TEXTS, MOST_TEXT = 20_000, 5000


def by(request: HttpRequest) -> drafts.Editor:
    return drafts.Editor(people.actor(request), calendar.now())


@needs(MANAGE)
def new(request: HttpRequest) -> HttpResponseBase:
    """A new model with an empty table, or from a file of another tool."""
    problem = ""
    if request.method == "POST":
        try:
            draft = _created(request)
        except DecisionProblem as refused:
            problem = str(refused)
        else:
            return redirect("decisions:edit", draft.key)
    context = {"face": "administration", "problem": problem, "entered": request.POST.dict()}
    return render(request, "decisions/new.html", context, status=409 if problem else 200)


def _created(request: HttpRequest) -> DecisionDraft:
    upload = request.FILES.get("file")
    key = request.POST.get("key", "")
    if upload is None:
        return drafts.create(key, request.POST.get("title", ""), by(request))
    if upload.size is None or upload.size > MOST_BYTES:
        raise DecisionProblem("文件太大，请控制在 5 MB 以内。")
    return drafts.upload(upload.read(), key, by(request))


@needs(MANAGE)
def edit(request: HttpRequest, key: str) -> HttpResponseBase:
    """The draft; the first visit makes one from the current version. POST keeps what was edited."""
    if request.method == "POST":
        return _edited(request, key)
    try:
        draft = drafts.begin(key, by(request))
    except DecisionProblem:
        raise Http404 from None
    return show(request, draft)


def _edited(request: HttpRequest, key: str) -> HttpResponseBase:
    post = request.POST
    node, revision, do = post.get("node", ""), _revision(request), post.get("do", "save")

    def change(table: m.Table) -> m.Table:
        return done(table_from(post, table), do)

    try:
        if "text" in post:
            drafts.edit_expression(key, node, revision, post["text"], by(request))
        else:
            drafts.edit_table(key, node, revision, change, by(request))
    except (DecisionProblem, dmn.DmnError) as refused:
        return _refused(request, key, refused, typed=change)
    if do == "save":
        ui.notify(request, "草稿已保存")
    return redirect(f"{request.path}#table-{node}")


def _revision(request: HttpRequest) -> int:
    """What the form began from; ``over``: the revision that its sender has seen and writes over."""
    text = request.POST.get("over") or request.POST.get("revision", "")
    return int(text) if text.isdecimal() else -1


@dataclass(frozen=True, slots=True)
class Typed:
    """What was not kept and stays on its sender's screen: one table or expression, and what it began from."""

    node: str
    revision: int
    table: m.Table | None = None
    text: str = ""
    stale: bool = False


def _refused(
    request: HttpRequest, key: str, problem: Exception, typed: Callable[[m.Table], m.Table] | None = None
) -> HttpResponseBase:
    draft = queries.draft(key)
    if draft is None:
        ui.notify(request, str(problem), "orange")
        return redirect("decisions:list")
    kept = _typed(request, draft, typed, stale=isinstance(problem, Stale)) if typed is not None else None
    return show(request, draft, problem=str(problem), kept=kept)


def _typed(
    request: HttpRequest, draft: DecisionDraft, change: Callable[[m.Table], m.Table], *, stale: bool
) -> Typed | None:
    node, revision = request.POST.get("node", ""), _revision(request)
    if "text" in request.POST:
        return Typed(node, revision, text=request.POST["text"], stale=stale)
    try:
        before = queries.table_in(bytes(draft.xml), node)
        return Typed(node, revision, change(before), stale=stale) if before is not None else None
    except (DecisionProblem, dmn.DmnError):
        return None  # it did not arrive as a whole


def show(
    request: HttpRequest, draft: DecisionDraft, *, problem: str = "", tried: views.Trial | None = None,
    kept: Typed | None = None,
) -> HttpResponseBase:  # fmt: skip
    context = {
        "face": "administration", "draft": draft, "problem": problem, "base": queries.newest(draft.key), "kept": kept,
        "note": request.POST.get("note", "") if problem else "",
        "facts": [("标识", draft.key), ("起草自", f"第 {draft.base} 版" if draft.base else "新建"),
                  ("上次保存", f"{draft.changed_by_name} {formats.moment(draft.changed_at)}")],
    }  # fmt: skip
    try:
        shown = queries.shown(queries.loaded(bytes(draft.xml), calendar.now()))
    except dmn.DmnError as broken:
        context |= {"broken": str(broken), "shown": None}
    else:
        context |= views.parts(shown, draft.key, tried) | {
            "broken": "",
            "changes": _changes(draft, shown),
            "widths": widths,
        }
        context["words"] = views.CHANGES
    return render(request, "decisions/edit.html", context, status=409 if problem else 200)


def _changes(draft: DecisionDraft, shown: queries.Version) -> Any:
    base = queries.version(draft.key, draft.base)
    return queries.changes(queries.published(base).document, shown.document) if base is not None else ()


@needs(MANAGE)
@require_POST
def trial(request: HttpRequest, key: str) -> HttpResponseBase:
    draft = queries.draft(key)
    if draft is None:
        raise Http404
    try:
        model = queries.loaded(bytes(draft.xml), calendar.now())
    except dmn.DmnError as broken:
        return show(request, draft, problem=str(broken))
    return show(request, draft, tried=views.tried(request, model))


@needs(MANAGE)
@require_POST
def check(request: HttpRequest, key: str) -> HttpResponseBase:
    """Texts of cells while they are typed, as a JSON list: ``{"problems": [null | {message, position, remedy}]}`` in
    their order."""
    draft, texts = queries.draft(key), _texts(request.POST.get("texts", ""))
    if draft is None or len(texts) > MOST_TEXTS:
        raise Http404
    tests, node = request.POST.get("kind") == "tests", request.POST.get("node", "")
    try:
        model = queries.loaded(bytes(draft.xml), calendar.now())
        found = [checking.check(model, node, text[:MOST_TEXT], tests=tests) for text in texts]
    except (dmn.DmnError, KeyError):
        raise Http404 from None
    return JsonResponse({"problems": [None if one is None else asdict(one) for one in found]})


def _texts(posted: str) -> list[str]:
    try:
        found = json.loads(posted)
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _attempt(request: HttpRequest, key: str, act: Callable[[], Any], done: str, to: str) -> HttpResponseBase:
    try:
        act()
    except DecisionProblem as refused:
        return _refused(request, key, refused)
    ui.notify(request, done)
    return redirect(to, key) if to != "decisions:list" else redirect(to)


@needs(MANAGE)
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponseBase:
    return _attempt(
        request, key, lambda: drafts.release(key, _revision(request), request.POST.get("note", ""), by(request)),
        "已发布，新开始的办件按这一版决策", "decisions:model",
    )  # fmt: skip


@needs(MANAGE)
@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponseBase:
    return _attempt(request, key, lambda: drafts.discard(key, _revision(request)), "草稿已放弃", "decisions:list")


@needs(MANAGE)
def file(request: HttpRequest, key: str) -> HttpResponseBase:  # noqa: ARG001
    """The draft as a file, for another tool."""
    draft = queries.draft(key)
    if draft is None:
        raise Http404
    return views.as_file(bytes(draft.xml), f"{key}-draft.dmn")


@needs(MANAGE)
@require_POST
def tests(request: HttpRequest, key: str) -> HttpResponseBase:
    """Keep what was tried out as a test, or drop one."""
    draft, row = queries.draft(key), queries.newest(key)
    if draft is None and row is None:
        raise Http404
    drop = request.POST.get("drop", "")
    try:
        if drop.isdecimal():
            drafts.drop_case(key, int(drop), by(request))
        else:
            xml = bytes(draft.xml if draft is not None else row.xml)  # type: ignore[union-attr]
            tried = views.tried(request, queries.loaded(xml, calendar.now()))
            if tried.answer is None:
                raise DecisionProblem(tried.problem)
            drafts.add_case(
                key, tried.decision, tried.inputs, tried.answer.value, request.POST.get("name", ""), by(request)
            )  # fmt: skip
    except (DecisionProblem, dmn.DmnError) as refused:
        ui.notify(request, str(refused), "red")
    else:
        ui.notify(request, "测试已删去" if drop else "已存为测试，每次发布前都会运行")
    return redirect("decisions:edit" if draft is not None else "decisions:model", key)
