"""The screen that moves running instances to another version: plan, trial run, start, progress."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from yipan.kernel.engine import Plan
from yipan.platform import people
from yipan.platform.jobs import queries as work
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from . import queries
from .actions import migration
from .domain import plans
from .domain.values import ProcessProblem
from .models import Definition

FIELDS = ("elements", "flows", "spawn", "cancel")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """Instances that stay behind for the same reason: how many, and the first of them to be opened."""

    title: str
    text: str
    count: int
    links: tuple[tuple[str, str], ...]


@needs(migration.RIGHT)
def migrate(request: HttpRequest, key: str, version: int) -> HttpResponseBase:
    """GET with a plan makes the trial run; POST starts the work, which goes on in the background."""
    definition = get_object_or_404(Definition, key=key, version=version)
    if request.method == "POST":
        return _start(request, definition)
    plan, errors = plans.read(request.GET)
    return _page(request, definition, request.GET, plan, errors)


def _start(request: HttpRequest, definition: Definition) -> HttpResponseBase:
    key, version = definition.key, definition.version
    plan, errors = plans.read(request.POST)
    target = request.POST.get("target", "")
    try:
        if not target.isdecimal():
            errors["target"] = "请选择目标版本"
        if not request.POST.get("reason", "").strip():
            errors["reason"] = "迁移须写明原因"
        if not errors:
            progress = migration.start_all(
                key, source=version, target=int(target), plan=plan, actor=people.actor(request),
                reason=request.POST["reason"],
            )  # fmt: skip
            return redirect(f"{reverse('processes:migrate', args=[key, version])}?progress={progress}")
    except ProcessProblem as problem:
        errors["target"] = str(problem)
    return _page(request, definition, request.POST, plan, errors)


def _page(
    request: HttpRequest, definition: Definition, posted: Any, plan: Plan, errors: dict[str, str]
) -> HttpResponseBase:  # fmt: skip
    key, version = definition.key, definition.version
    others = queries.other_versions(key, version)
    target = posted.get("target", "")
    trial = None
    if target.isdecimal() and not errors:
        try:
            trial = migration.trial(key, source=version, target=int(target), plan=plan)
        except ProcessProblem as problem:
            errors["target"] = str(problem)
    context = {
        "face": "administration",
        "definition": definition,
        "running": queries.running_on(key, version),
        "others": [(str(other), f"第 {other} 版") for other in others],
        "target": target or (str(others[0]) if others else ""),
        "posted": {name: posted.get(name, "") for name in (*FIELDS, "reason")},
        "errors": errors,
        "trial": trial,
        "reasons": _reasons(trial) if trial else [],
        "progress": _progress(request),
    }
    return render(request, "processes/migrate.html", context, block="run", status=422 if errors else 200)


def _reasons(trial: migration.Trial) -> list[Reason]:
    found: list[Reason] = []
    for title, rows in (("须补充方案", trial.needs_mapping), ("不能迁移", trial.refused)):
        texts: dict[str, list[int]] = {}
        for id_, text in rows.items():
            texts.setdefault(text, []).append(id_)
        for text, ids in texts.items():
            links = tuple((str(one), reverse("processes:instance", args=[one])) for one in ids[:SHOWN])
            found.append(Reason(title, text, len(ids), links))
    return found


def _progress(request: HttpRequest) -> work.ProgressView | None:
    """The work this administrator has started, for whoever looks at the page he was led to."""
    asked = request.GET.get("progress", "")
    return work.of(int(asked), people.actor(request).account_id) if asked.isdecimal() else None
