"""The list of a hand-over, which three sign."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yipan.platform import calendar, ui
from yipan.platform.records import rights
from yipan.platform.ui.access import signed_in
from yipan.platform.ui.errors import Conflict

from .. import access
from ..actions import handovers as handover_actions
from ..actions import staff
from ..queries import administration as queries
from .confirm import fresh
from .units import scope_of

ARRANGE = "people.arrange_absence"


def identity_of(request: HttpRequest) -> access.Identity:
    identity = access.identify(request)
    if identity is None or identity.principal is not None:
        raise rights.Refused(ARRANGE, "请假与AB岗由工作人员使用。")
    return identity


@require_GET
@signed_in
def handover_page(request: HttpRequest, handover_id: int) -> HttpResponse:
    """The list that giver, receiver and supervisor sign here, made for printing too."""
    identity = identity_of(request)
    found = queries.handover(handover_id, scope_of(request), identity.actor.person_id)
    if found is None:
        raise Http404("没有这次移交，或不在您的管理范围内")
    signatures = queries.signatures(found)
    waiting = {row.person_id for row in signatures if row.at is None}
    values = {
        "handover": found,
        "signatures": signatures,
        "may_sign": identity.actor.person_id in waiting,
        "face": "administration" if scope_of(request).kind != "none" else "workbench",
    }
    return ui.render(request, "people/handover.html", values)


@require_POST
@signed_in
@fresh
def sign_handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    """One's own signature under the list; the password was given again just now."""
    try:
        handover_actions.sign(handover_id, actor=identity_of(request).actor, at=calendar.now())
    except staff.StaffProblem as problem:
        raise Conflict(str(problem)) from problem
    ui.notify(request, "已签收。")
    return HttpResponseRedirect(reverse("people:handover", args=[handover_id]))
