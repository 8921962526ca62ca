"""Screens: the one to-do, where an instance stands, work that nobody can do, definitions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yipan.platform import calendar, people
from yipan.platform.ui import formats, render
from yipan.platform.ui.access import needs

from . import handling_views, listing, pictures, queries, rows
from .actions import lists
from .actions.errands import read_errand
from .models import Definition


@needs("task.view")
def todo(request: HttpRequest) -> HttpResponseBase:
    """The open work of the person who is signed in; ``?box=`` leads to another box."""
    asked = request.GET.get("box", "")
    if asked and asked != "todo":
        return box(request, asked)
    return listing.VIEWS["todo"](request)


todo.list_page = listing.VIEWS["todo"].list_page  # type: ignore[attr-defined]  # a list like every other


@needs("task.view")
def box(request: HttpRequest, name: str) -> HttpResponseBase:
    """Another box: copies, work done, matters concluded, begun, followed."""
    if name not in listing.VIEWS:
        raise Http404
    if request.path != listing.address(name):
        return redirect(listing.address(name))
    return listing.VIEWS[name](request)


def home_values(request: HttpRequest) -> dict[str, Any]:
    """The to-do at home: the most urgent lines and the number of all."""
    actor = people.actor(request)
    page = queries.todo(actor, "todo", limit=8)
    counts = queries.counts(actor)
    boxes = [
        (title, listing.address(name), rows.shown_count(counts[name]) or "0") for name, title in queries.BOXES.items()
    ]
    return {"rows": rows.rows_of(page.lines, "todo"), "boxes": boxes}


# -- one instance ----------------------------------------------------------------------------------------------------
@needs("task.view")
def instance(request: HttpRequest, instance_id: int) -> HttpResponseBase:
    """Picture and steps, for people who were part of it, may work on it, follow it, or manage processes; and what they
    are to do, where nothing else has a page for it."""
    return show(request, instance_id)


def show(
    request: HttpRequest, instance_id: int, *, problem: str = "", entered: dict[str, Any] | None = None
) -> HttpResponseBase:
    """The page, after a refused act with the reason and what had been typed."""
    actor = people.actor(request)
    if not queries.may_see(instance_id, actor):
        raise Http404
    lists.mark_read(instance_id, actor=actor, now=calendar.now())
    found = queries.instance(instance_id)
    title = queries.titles([found.subject]).get(found.subject)
    context = {
        "face": "workbench",
        "instance": found,
        "title": title.title if title is not None else found.definition_key,
        "subtitle": title.subtitle if title is not None else "",
        "subject_url": queries.url_of(*found.subject),
        "picture": pictures.picture_for(instance_id),
        "steps": pictures.steps_for(instance_id),
        "followed": queries.followed(instance_id, actor),
        "hand": handling_views.in_hand(found, actor),
        "story": handling_views.story(found),
        "problem": problem,
        "entered": entered or {},
        "facts": [
            ("流程版本", f"{found.name} 第 {found.version} 版"),
            ("开始", formats.moment(found.started_at)),
            ("结束", formats.moment(found.ended_at) if found.ended_at else "—"),
            ("状态", rows.STATUS[found.status]),
        ],
    }
    return render(request, "processes/instance.html", context, status=409 if problem else 200)


@needs("task.view")
@require_POST
def follow(request: HttpRequest, instance_id: int) -> HttpResponseBase:
    """Put under 我的关注, or take away."""
    actor = people.actor(request)
    if not queries.may_see(instance_id, actor):
        raise Http404
    if request.POST.get("do") == "unfollow":
        lists.unfollow(instance_id, actor=actor)
    else:
        lists.follow(instance_id, actor=actor, now=calendar.now())
    back = request.POST.get("next", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(back)
    return redirect("processes:instance", instance_id)


# -- errands of other rooms --------------------------------------------------------------------------------------------
@needs("task.view")
def errand(request: HttpRequest, errand_id: int) -> HttpResponseBase:
    """Open what a line of another room is about; opening a copy reads it."""
    actor = people.actor(request)
    url = queries.errand_url(errand_id, actor)
    if not url:
        raise Http404
    read_errand(errand_id, actor=actor, at=calendar.now())
    return redirect(url)


# -- definitions -----------------------------------------------------------------------------------------------------
def _version(key: str, version: int) -> Definition:
    row = Definition.objects.filter(key=key, version=version).first()
    if row is None:
        raise Http404
    return row


@needs("process.manage")
def definition(request: HttpRequest, key: str, version: int) -> HttpResponseBase:
    row = _version(key, version)
    context = {
        "face": "administration",
        "definition": row,
        "picture": pictures.picture_of(row.pk),
        "facts": [
            ("流程标识", row.key), ("版本", f"第 {row.version} 版"), ("发布时间", formats.moment(row.deployed_at)),
            ("发布人", row.deployed_by_name), ("内容摘要", row.sha256),
        ],
        "kinds": rows.KINDS,
        "others": queries.other_versions(key, version),
    }  # fmt: skip
    return render(request, "processes/definition.html", context)


@needs("process.manage")
def compare(request: HttpRequest, key: str, version: int, other: int) -> HttpResponseBase:
    """An older and a newer version side by side: what was added, removed and changed."""
    return _compared(request, _version(key, min(version, other)), _version(key, max(version, other)))


@needs("process.manage")
def redesigned(request: HttpRequest, former: str, key: str) -> HttpResponseBase:
    """A process as it was before it was redesigned beside the one that took its place, each in its newest version."""
    return _compared(request, _newest(former), _newest(key))


def _compared(request: HttpRequest, before: Definition, after: Definition) -> HttpResponse:
    found = pictures.compare(before.pk, after.pk)
    context = {
        "face": "administration",
        "before": before,
        "after": after,
        "same": before.key == after.key,
        "compared": found,
    }
    return render(request, "processes/compare.html", context)


def _newest(key: str) -> Definition:
    found = Definition.objects.filter(key=key).order_by("-version").first()
    if found is None:
        raise Http404("没有这个流程")
    return found


@needs("process.manage")
def model(request: HttpRequest, key: str, version: int) -> HttpResponseBase:  # noqa: ARG001
    """The BPMN file as it was deployed, for a modelling tool."""
    row = _version(key, version)
    answer = HttpResponse(bytes(row.xml), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{key}-{version}.bpmn"'
    return answer
