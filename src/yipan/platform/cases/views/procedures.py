"""Staff: special procedures, extensions, exceptions — asked by one person, decided by another — and termination."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from yipan.platform import calendar
from yipan.platform.ui.access import needs

from .. import queries
from ..actions import decision, drafts, examination, exceptions, rectifying, tolerance
from . import common
from .handling import attempt


@needs("case.examine")
@require_POST
def ask_special(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """An examiner proposes a special procedure; it begins when somebody else approves it."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    return attempt(
        request,
        case_id,
        lambda: examination.propose_special_procedure(
            case.pk,
            kind=common.whole(request.POST.get("kind")),
            planned_days=common.whole(request.POST.get("planned_days")),
            basis=request.POST.get("basis", ""),
            actor=actor,
            now=calendar.now(),
        ),
        "特别程序已报批，批准后停止计时",
    )


@needs("case.approve_special")
@require_POST
def approve_special(request: HttpRequest, case_id: int, proposal_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    queries.get_proposal(case, proposal_id)
    if request.POST.get("approve") == "0":
        reason = request.POST.get("reason", "")
        return attempt(
            request,
            case_id,
            lambda: examination.reject_special_procedure(proposal_id, reason=reason, actor=actor, now=calendar.now()),
            "已退回申请人，时限继续计算",
        )
    return attempt(
        request,
        case_id,
        lambda: examination.approve_special_procedure(proposal_id, actor=actor, now=calendar.now()),
        "已批准，时限停止计算",
    )


@needs("case.examine")
@require_POST
def end_special(request: HttpRequest, case_id: int, special_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    queries.get_special(case, special_id)
    return attempt(
        request,
        case_id,
        lambda: examination.end_special_procedure(
            special_id, result=request.POST.get("result", ""), actor=actor, now=calendar.now()
        ),
        "特别程序已结束，时限恢复计算",
    )


@needs("case.examine")
@require_POST
def ask_extension(request: HttpRequest, case_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    return attempt(
        request,
        case_id,
        lambda: decision.request_extension(
            case_id,
            days=common.whole(request.POST.get("days")),
            reason=request.POST.get("reason", ""),
            actor=actor,
            now=calendar.now(),
        ),
        "延期已报批",
    )


@needs("case.approve_extension")
@require_POST
def decide_extension(request: HttpRequest, case_id: int, extension_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    queries.get_extension(case, extension_id)
    approve = request.POST.get("approve") == "1"
    return attempt(
        request,
        case_id,
        lambda: decision.decide_extension(extension_id, approve=approve, actor=actor, now=calendar.now()),
        "已批准延期，新的期限已告知申请人" if approve else "不同意延期，期限不变",
    )


@needs("case.precheck")
@require_POST
def ask_exception(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """A clerk asks to tell, once more, what should have been told the first time."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        case_id,
        lambda: exceptions.request(case_id, reason=reason, actor=actor, now=calendar.now()),
        "再次告知的例外已报批",
    )


@needs("case.approve_exception")
@require_POST
def decide_exception(request: HttpRequest, case_id: int, exception_id: int) -> HttpResponseBase:
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    queries.get_exception(case, exception_id)
    approve = request.POST.get("approve") == "1"
    return attempt(
        request,
        case_id,
        lambda: exceptions.decide(exception_id, approve=approve, actor=actor, now=calendar.now()),
        "已批准再次告知，可以发出告知书" if approve else "不同意再次告知",
    )


@needs("case.examine")
@require_POST
def verify(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """The examiner asks the data exchange for what exists only now."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    code = request.POST.get("code", "")
    return attempt(
        request,
        case_id,
        lambda: drafts.verify_data(case.pk, code, actor=actor, now=calendar.now()),
        "已核验，结果见材料",
    )


@needs("case.examine")
@require_POST
def return_tolerated(request: HttpRequest, case_id: int, tolerance_id: int) -> HttpResponseBase:
    """What the applicant supplied is not good enough: it is owed again."""
    actor = common.actor_of(request)
    case = queries.get_for_staff(case_id, actor)
    queries.get_tolerance(case, tolerance_id)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        case_id,
        lambda: tolerance.give_back(tolerance_id, reason=reason, actor=actor, now=calendar.now()),
        "已退回，申请人会收到通知",
    )


@needs("case.terminate")
@require_POST
def terminate(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """终止办理: where the law says so, with reason, law and remedy."""
    actor = common.actor_of(request)
    queries.get_for_staff(case_id, actor)
    reason, law = request.POST.get("reason", ""), request.POST.get("law", "")
    return attempt(
        request,
        case_id,
        lambda: decision.terminate(case_id, reason=reason, law=law, actor=actor, now=calendar.now()),
        "已终止办理，决定已告知申请人",
    )


@needs("case.rectify")
@require_POST
def rectify(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """A step of 差评整改: verify, answer or revisit."""
    actor, now = common.actor_of(request), calendar.now()
    queries.get_for_staff(case_id, actor)
    text = request.POST.get("text", "")
    steps = {
        "verify": lambda: rectifying.verify(
            case_id, genuine=request.POST.get("genuine") != "0", finding=text, actor=actor, now=now
        ),
        "answer": lambda: rectifying.answer(case_id, text=text, actor=actor, now=now),
        "visit": lambda: rectifying.visit(case_id, text=text, actor=actor, now=now),
    }
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise queries.CaseNotFound
    return attempt(request, case_id, step, "已登记")
