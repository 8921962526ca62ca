"""送达: orders and decisions at the desk, the slip of a parcel, the applicant's choice, public announcements."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.platform import calendar, people, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen, needs, public

from .. import queries
from ..actions import delivery, dispatching
from ..actions.core import CaseProblem
from ..domain import code128
from ..domain.delivery import COUNTER, MAIL
from ..queries.delivery import announcements as running
from ..queries.delivery import get_dispatch
from . import common
from .handling import attempt

BAR_HEIGHT = 60


@needs("case.handle")
@require_POST
def dispatch(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Send by mail, put into a locker, or announce."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    way, reason = request.POST.get("dispatch_way", ""), request.POST.get("dispatch_reason", "")
    return attempt(
        request,
        case_id,
        lambda: dispatching.dispatch(case.pk, way=way, reason=reason, actor=actor, now=calendar.now()),
        "已办理，签收以后自动送达",
    )


@needs("case.handle")
@require_POST
def settle(request: HttpRequest, case_id: int, dispatch_id: int) -> HttpResponseBase:
    """What follows an attempt that failed."""
    actor = common.actor_of(request)
    made = get_dispatch(queries.get_for_staff(case_id, actor), dispatch_id)
    how, reason = request.POST.get("how", ""), request.POST.get("settle_reason", "")
    return attempt(
        request,
        case_id,
        lambda: dispatching.settle(made.pk, how=how, reason=reason, actor=actor, now=calendar.now()),
        "已登记处理",
    )


@needs("case.handle")
def slip(request: HttpRequest, case_id: int, dispatch_id: int) -> HttpResponse:
    """The slip to print and stick on the parcel; printing it reads the address, which is logged."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    made = get_dispatch(case, dispatch_id)
    if made.way != MAIL or not made.number:
        raise queries.CaseNotFound
    bars, width = code128.bars(made.number)
    context = {
        "face": "workbench", "case": queries.row(case, calendar.now()), "number": made.number, "bars": bars,
        "width": width, "height": BAR_HEIGHT, "to": dispatching.slip(made, actor), "sender": case.unit_name,
    }  # fmt: skip
    response = render(request, "cases/slip.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def choice_of(request: HttpRequest) -> delivery.Choice:
    """What was chosen on a form: a way, and for mail an address of the book or a new one."""
    way, ref = request.POST.get("delivery_way") or COUNTER, request.POST.get("address_ref", "")
    fields = ("address_name", "address_phone", "address_region", "address_detail")
    told = [request.POST.get(name, "").strip() for name in fields]
    fresh = way == MAIL and (any(told) and not ref)
    return delivery.Choice(way, "" if ref == "new" else ref, people.addresses.Address(*told) if fresh else None)


@citizen
@require_POST
def choose(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The applicant chooses anew, until the result is on its way."""
    case = common.own_case(request, case_id)
    try:
        delivery.choose(case.pk, choice_of(request), actor=common.actor_of(request), now=calendar.now())
    except CaseProblem as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    ui.notify(request, _("已更改领取方式。"), "green")
    return redirect("cases:mine_one", case.pk)


@public
def announcements(request: HttpRequest) -> HttpResponse:
    """送达公告 for everybody."""
    return render(request, "cases/announcements.html", {"rows": running()})
