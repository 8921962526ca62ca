"""What an applicant sees of his cases: list, progress, correction, withdrawal, documents, rating."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yipan.platform import calendar, documents, processes, ui
from yipan.platform.ui import render
from yipan.platform.ui.access import citizen, public

from .. import progress, queries
from ..actions import decision, delivery, rectifying, results, urging
from ..actions.core import CaseProblem
from ..domain.states import IllegalAct, State
from ..models import CaseDocument
from . import common


@citizen
def mine(request: HttpRequest) -> HttpResponse:
    """我的办件: open ones first, with what the applicant has to do next."""
    found = queries.own(common.principal(request)).order_by("-id")[:100]
    return render(request, "cases/mine.html", {"rows": queries.rows(found, calendar.now())})


@citizen
def one(request: HttpRequest, case_id: int) -> HttpResponse:
    """The progress page: where it stands, what comes next, every date explained."""
    case = common.own_case(request, case_id)
    if case.state == State.DRAFT:
        return redirect("cases:form", case.pk)
    return render(request, "cases/mine_one.html", progress.of(case, calendar.now()) | {"own": True})


@citizen
@require_POST
def withdraw(request: HttpRequest, case_id: int) -> HttpResponse:
    case = common.own_case(request, case_id)
    reason = request.POST.get("reason", "").strip()
    try:
        decision.withdraw(case.pk, reason=reason, actor=common.actor_of(request), now=calendar.now())
    except (CaseProblem, IllegalAct) as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    return redirect("cases:mine_one", case.pk)


@citizen
@require_POST
def rate(request: HttpRequest, case_id: int) -> HttpResponse:
    case = common.own_case(request, case_id)
    try:
        results.rate(
            case.pk,
            grade=common.whole(request.POST.get("grade")),
            labels=[label for label in request.POST.getlist("labels") if label in dict(progress.RATING_LABELS)],
            text=request.POST.get("text", ""),
            actor=common.actor_of(request),
            now=calendar.now(),
        )
    except CaseProblem as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    return redirect("cases:mine_one", case.pk)


@citizen
@require_POST
def rate_again(request: HttpRequest, case_id: int) -> HttpResponse:
    """Once more, after the unit has answered a bad rating."""
    case = common.own_case(request, case_id)
    try:
        rectifying.rate_again(
            case.pk, grade=common.whole(request.POST.get("grade")), actor=common.actor_of(request), now=calendar.now()
        )
    except CaseProblem as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    return redirect("cases:mine_one", case.pk)


@citizen
@require_POST
def urge(request: HttpRequest, case_id: int) -> HttpResponse:
    """催办, once, when the promised day has passed."""
    case = common.own_case(request, case_id)
    try:
        urging.urge(case.pk, text=request.POST.get("text", ""), actor=common.actor_of(request), now=calendar.now())
    except (CaseProblem, processes.ProcessProblem) as problem:
        return common.told(request, str(problem), "cases:mine_one", case.pk)
    ui.notify(request, _("已催办，办理单位会收到提醒。"), "green")
    return redirect("cases:mine_one", case.pk)


@citizen
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponseBase:
    """Download one of the case's documents that are meant for the applicant."""
    case = common.own_case(request, case_id)
    wanted = CaseDocument.objects.filter(case=case, pk=document_id, for_applicant=True).first()
    if wanted is None or wanted.document_id is None:
        raise queries.CaseNotFound
    answer = documents.response(wanted.document_id, actor=common.actor_of(request))
    delivery.note_read(wanted, actor=common.actor_of(request), now=calendar.now())
    return answer


@public
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Progress by number (short, or the 43 digits) and query code, without login; names are masked, documents are not
    offered. The code of a receipt leads here with its short number; it opens nothing by itself."""
    number = request.POST.get("short_no") or request.GET.get("short_no", "")
    context: dict[str, object] = {"problem": "", "short_no": number[:60]}
    if request.method == "POST":
        case = queries.by_code(request.POST.get("short_no", ""), request.POST.get("query_code", ""))
        if case is None:
            context["problem"] = _("编号或查询码不正确，请核对收件凭证。查询码在凭证右上角。")
        else:
            return render(
                request, "cases/asked.html", common.masked(progress.of(case, calendar.now())) | {"own": False}
            )
    return render(request, "cases/ask.html", context)
