"""Joint applications on screen: the bundle's page, the applicant's page of one, and the frame staff see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, files, people, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen, needs, public

from .. import bundles as content
from ..actions import bundles
from ..actions.core import CaseProblem
from ..domain.bundles import choices
from ..models import Master
from ..queries import bundles as queries
from . import common


@public
def offered(request: HttpRequest) -> HttpResponse:
    """一件事: what can be applied for at once, and what the citizen who is signed in has begun."""
    identity = people.access.identify(request)
    who = identity.principal if identity else None
    own = queries.own(who).order_by("-id")[:20] if who else []
    return render(request, "cases/joint_offered.html", {"rows": content.offered(), "own": own})


@citizen
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, key: str) -> HttpResponseBase:
    """The guide of a bundle with its shared questions; answering them opens the drafts."""
    version = content.newest(key)
    if version is None:
        raise Http404
    bundle = content.bundle_of(version)
    faults: dict[str, str] = {}
    if request.method == "POST":
        given = {one.key: request.POST.get(one.key, "") for one in bundle.questions}
        faults = bundle.faults(given)
        if not faults:
            who = common.principal(request)
            if not all(who.covers(item.key) for item in bundle.items):
                raise people.Refused("case.begin", _("企业给您的授权不包括这件事的全部事项，请企业管理员调整。"))
            try:
                master = bundles.begin(
                    key, given=given, applicant=common.applicant_of(request), actor=common.actor_of(request),
                    now=calendar.now(),
                )  # fmt: skip
            except CaseProblem as problem:
                return common.told(request, str(problem), "cases:joint_begin", key)
            return redirect("cases:joint_mine", master.pk)
    asked = [(one, choices(one), request.POST.get(one.key, "")) for one in bundle.questions]
    return render(request, "cases/joint_begin.html", {"bundle": bundle, "asked": asked, "faults": faults})


@citizen
def mine(request: HttpRequest, master_id: int) -> HttpResponse:
    """One page for all sub-cases: where each stands, what is to do, the date of the whole."""
    master = queries.get_own(master_id, common.principal(request))
    shown = {"view": queries.view_own(master, calendar.now()), "shared": bundles.wanted_of(master)}
    return render(request, "cases/joint_mine.html", shown)


@citizen
@require_POST
def act(request: HttpRequest, master_id: int) -> HttpResponse:
    """Share a paper, hand everything in, or withdraw the rest."""
    master = queries.get_own(master_id, common.principal(request))
    try:
        ui.notify(request, _done(request, master), "green")
    except (CaseProblem, files.Rejected) as problem:
        return common.told(request, str(problem), "cases:joint_mine", master.pk)
    return redirect("cases:joint_mine", master.pk)


def _done(request: HttpRequest, master: Master) -> str:
    actor, now = common.actor_of(request), calendar.now()
    what = request.POST.get("do", "")
    if what == "submit":
        bundles.submit(master.pk, actor=actor, now=now, e_service=bool(request.POST.get("e_service")))
        return _("已一起提交，各部门同时办理。")
    if what == "withdraw":
        told = bundles.withdraw_rest(master.pk, reason=request.POST.get("reason", ""), actor=actor, now=now)
        return _("已处理：") + "；".join(told.values())
    key, file = request.POST.get("key", ""), request.FILES.get("file")
    if what == "fetch":
        number = bundles.fetch(master.pk, key, actor=actor, now=now)
    elif file is None or not file.name:
        raise CaseProblem(_("请选择要上传的文件。"))
    else:
        number = bundles.attach(master.pk, key, file=file, name=file.name, actor=actor, now=now)
    return _("已用于 %(n)s 个事项。") % {"n": number}


@needs("case.read")
def page(request: HttpRequest, master_id: int) -> HttpResponse:
    """The frame for staff: every sub-case's unit, state and dates; only their own open."""
    actor = common.actor_of(request)
    master = queries.get_for_staff(master_id, actor)
    view = queries.view_for_staff(master, actor, calendar.now())
    return render(request, "cases/joint.html", {"face": "workbench", "view": view})
