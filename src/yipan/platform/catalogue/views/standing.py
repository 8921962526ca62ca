"""暂停、恢复、取消: the page where a unit asks for another state of an item."""

from datetime import date

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar, people, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import drafting
from ..actions import standing as act
from ..domain import standing

FIELDS = ("state", "reason", "basis", "turn_to", "since", "until")


@needs(drafting.EDIT)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, key: str) -> HttpResponseBase:
    """What is asked for goes to the unit's reviewer at once."""
    try:
        item = queries.item_at(key, calendar.now()).item
    except queries.ItemNotFound as unknown:
        raise Http404("没有这个事项") from unknown
    people.require(people.actor(request), drafting.EDIT, unit_id=people.queries.unit_by_key(item.unit).id)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    problem, faults = "", {}
    if request.method == "POST":
        try:
            draft = act.propose(
                key,
                typed["state"],
                since=_day(typed["since"], "since"),
                until=_day(typed["until"], "until"),
                reason=typed["reason"],
                basis=typed["basis"],
                turn_to=typed["turn_to"],
                actor=people.actor(request),
                at=calendar.now(),
            )
        except drafting.DraftProblem as refused:
            problem, faults = str(refused), refused.faults
        else:
            ui.notify(request, "已提交单位审核，审核后由政数局发布", "green")
            return redirect("catalogue:change", draft.pk)
    choices = [
        (state, words)
        for state, words in standing.WORDS.items()
        if state != item.standing.state and not item.standing.cancelled
    ]
    context = {
        "face": "administration", "item": item, "choices": choices, "typed": typed, "problem": problem,
        "faults": faults,
    }  # fmt: skip
    return render(request, "catalogue/standing.html", context, status=422 if problem else 200)


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        told = "日期请写成年-月-日，例如 2026-04-01"
        raise drafting.DraftProblem(told, {field: told}) from wrong
