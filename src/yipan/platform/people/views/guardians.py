"""A citizen's own page of the minors he acts for: have the register of births confirm it, and give it up."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.platform import calendar, ui
from yipan.platform.ui.access import citizen
from yipan.platform.ui.errors import Conflict
from yipan.platform.ui.intake import whole

from .. import access
from ..actions import guardians as actions
from ..queries import guardians as queries

log = logging.getLogger(__name__)


@citizen
def wards(request: HttpRequest) -> HttpResponse:
    """Whom the citizen guards; posting a name and a number asks the register of births."""
    who = access.principal(request)
    errors: dict[str, str] = {}
    posted = {name: request.POST.get(name, "").strip() for name in ("name", "number")}
    if request.method == "POST":
        try:
            number = actions.checked(posted["name"], posted["number"])
            entry = _asked(number, who.person_id)
            made = actions.claim(
                posted["name"], number, entry, actor=access.actor(request), at=calendar.now()
            )  # fmt: skip
        except actions.GuardianProblem as problem:
            errors = problem.errors
        else:
            ui.notify(request, _("已确认您是 %(name)s 的监护人，现在可以为其办事。") % {"name": made.ward.name})
            return HttpResponseRedirect(reverse("people:wards"))
    values = {
        "wards": queries.wards_of(who.person_id, calendar.today()),
        "errors": errors,
        "posted": posted,
        "face": "portal",
    }
    return ui.render(request, "people/wards.html", values, status=422 if errors else 200)


def _asked(number: str, guardian_id: int) -> actions.Entry | None:
    """What the register of births says; None when it knows no such child. Raises GuardianProblem."""
    from yipan.connectors import datashare
    from yipan.connectors.base import ConnectorError, Use

    use = Use("监护人网上办事身份核验", datashare.NO_ITEM, f"guardian-{guardian_id}", "holder")
    try:
        found = datashare.check(actions.RESOURCE, number, use)
    except ConnectorError as problem:
        log.exception("the register of births cannot be asked")
        text = _("数据共享平台暂时没有应答，请稍后再试")
        raise actions.GuardianProblem({"number": text}) from problem
    return None if found is None else actions.Entry(found.facts, found.receipt)


@require_POST
@citizen
def end(request: HttpRequest) -> HttpResponse:
    """Give up acting for a ward; only one's own guardianship can be ended here."""
    number = whole(request.POST.get("guardianship")) or 0
    try:
        actions.end(
            number,
            request.POST.get(f"reason_{number}", "").strip(),  # each ward's form has a field of its own on the page
            actor=access.actor(request),
            at=calendar.now(),
        )
    except actions.GuardianProblem as problem:
        raise Conflict("；".join(problem.errors.values())) from problem
    ui.notify(request, _("监护关系已终止，立即生效。"))
    return HttpResponseRedirect(reverse("people:wards"))
