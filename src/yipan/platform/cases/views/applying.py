"""A citizen's way from the guide to the receipt: draft → form → materials → confirmation → submitted."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, catalogue, people, ui
from yipan.platform.ui.access import citizen, signed_in

from .. import queries
from ..actions import drafts, submission
from ..actions.core import CaseProblem
from ..domain.states import State
from ..models import Channel
from . import common, desks

PORTAL = desks.Desk(
    base="ui/base_public.html",
    face="portal",
    staff=False,
    routes={
        "form": "cases:form",
        "materials": "cases:materials",
        "file": "cases:mine_material",
        "marks": "cases:mine_marks",
        "confirm": "cases:confirm",
        "correct": "cases:submit_correction",
        "discard": "cases:discard",
        "done": "cases:mine_one",
        "home": "cases:mine",
    },
    find=common.own_case,
)


@signed_in
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, item_key: str) -> HttpResponseBase:
    """Open a draft for the answers given on the guide, or continue the one there is.

    A clerk with a client at his window begins it for the client.
    """
    token = request.GET.get("answers") or request.POST.get("answers") or ""
    saved = catalogue.queries.saved_answers(token) if token else None
    if saved is None or saved.item_key != item_key:
        return redirect("catalogue:situation", item_key)
    identity = people.access.identify(request)
    at_counter = identity is None or identity.principal is None
    if at_counter:
        people.require(common.actor_of(request), "case.receive")
        if common.client_of(request) is None:
            return redirect("cases:receive")
    elif not common.principal(request).covers(item_key):
        raise people.Refused("case.begin", _("企业给您的授权不包括这一事项，请联系企业管理员调整授权。"))
    applicant = common.client_of(request) if at_counter else common.applicant_of(request)
    assert applicant is not None, "a clerk without a client was sent to the window's start page"
    actor = common.actor_of(request)
    draft = queries.same_draft(item_key, saved.answers, applicant, receiver=actor.account_id if at_counter else None)
    if draft is None:
        try:
            draft = drafts.begin(
                item_key=item_key,
                answers=saved.answers,
                applicant=applicant,
                actor=actor,
                now=calendar.now(),
                channel=Channel.COUNTER if at_counter else Channel.ONLINE,
                hall=actor.unit_name if at_counter else "",
                window=actor.post_name if at_counter else "",
            )
        except CaseProblem as closed:
            ui.notify(request, str(closed), "orange")
            return redirect("catalogue:item", item_key)
    return redirect("cases:counter_form" if at_counter else "cases:form", draft.pk)


@citizen
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.form(request, case_id, PORTAL)


@citizen
@require_http_methods(["GET", "POST"])
def materials(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.materials(request, case_id, PORTAL)


@citizen
def material(request: HttpRequest, case_id: int, material_id: int) -> HttpResponseBase:
    return desks.material(request, case_id, material_id, PORTAL)


@citizen
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.confirm(request, case_id, PORTAL)


@citizen
@require_POST
def submit_correction(request: HttpRequest, case_id: int) -> HttpResponseBase:
    return desks.correct(request, case_id, PORTAL)


@citizen
@require_POST
def discard(request: HttpRequest, case_id: int) -> HttpResponseBase:
    case = common.own_case(request, case_id)
    if case.state == State.DRAFT:
        submission.discard(case.pk, actor=common.actor_of(request), now=calendar.now())
    return redirect("cases:mine")
