"""Acts of the examination: special procedures, opinions of other units, on-site checks, conclusion, review."""

from datetime import datetime

from yipan.platform import people, processes, records

from .. import items
from ..domain import specials
from ..models import OpinionRequest, SpecialProcedure
from . import clocks, letters, messages
from .core import CaseProblem, Work, work_on

COMMON_BASIS = "《中华人民共和国行政许可法》第四十五条"


def order_special_procedure(
    case_id: int,
    *,
    kind: int,
    planned_days: int,
    basis: str,
    requested_by: records.Actor,
    approver: records.Actor,
    now: datetime,
) -> SpecialProcedure:
    """Stop the clock for a statutory procedure, told to the applicant in writing. Raises SpecialRefused."""
    with work_on(case_id, approver, now) as work:
        case = work.case
        people.require(approver, "case.approve_special", unit_id=case.unit_id)
        terms = items.terms(case)
        specials.check_order(
            kind=kind,
            allowed_kinds=terms.special_kinds,
            planned_days=planned_days,
            basis=basis,
            requested_by=requested_by.person_id,
            approved_by=approver.person_id,
            now=now,
            promised_due=case.promised_due,
            legal_due=case.legal_due,
        )
        number = letters.number(work, "special")
        case.open_special += 1
        work.guard("order_special_procedure")
        special = SpecialProcedure.objects.create(
            case=case,
            kind=kind,
            planned_days=planned_days,
            basis=basis,
            notice_number=number,
            requested_by=requested_by.name,
            approved_by=approver.name,
            started_at=now,
            planned_end=clocks.working_days_after(now, planned_days),
        )
        clocks.refresh(case, terms)
        title = specials.KINDS[kind]
        work.act(
            "order_special_procedure",
            reason=basis,
            payload={"kind": title, "planned_days": planned_days, "number": number, "requested_by": requested_by.name},
            public={"kind": title, "planned_days": planned_days},
        )
        processes.clock(("case", str(case.pk)), "pause", now)
        letters.order(
            work,
            "special",
            number=number,
            data={"kind": title, "basis": basis, "planned_days": planned_days, "start": now.isoformat()},
        )
        messages.tell_applicant(work, "case.special_started", kind=title, days=planned_days)
        return special


def end_special_procedure(
    special_id: int, *, result: str, actor: records.Actor, now: datetime, overrun: bool = False
) -> None:
    """Start the clock again. ``overrun`` marks the automatic restart when the planned days are over."""
    case_id = SpecialProcedure.objects.values_list("case_id", flat=True).get(pk=special_id)
    with work_on(case_id, actor, now) as work:
        special = SpecialProcedure.objects.select_for_update().get(pk=special_id)
        if special.ended_at is not None:
            raise CaseProblem("该特别程序已经结束。")
        if not overrun:
            people.require(actor, "case.examine", unit_id=work.case.unit_id)
        special.ended_at = min(now, special.planned_end) if overrun else now
        special.overrun = overrun
        special.result = result
        special.save()
        work.case.open_special -= 1
        clocks.refresh(work.case, items.terms(work.case))
        work.act("end_special_procedure", reason=result, payload={"overrun": overrun}, public={"result": result})
        if work.case.open_special == 0:
            processes.clock(("case", str(work.case.pk)), "resume", now)
        if overrun:
            messages.alert_unit(work, "case.special_overrun")
        messages.tell_applicant(work, "case.special_ended", due=work.case.promised_due)


def end_overrun_procedures(now: datetime) -> int:
    """Periodic: procedures longer than planned restart the clock by themselves and alert the unit."""
    late = SpecialProcedure.objects.filter(ended_at=None, planned_end__lte=now).values_list("id", flat=True)[:200]
    for special_id in late:
        end_special_procedure(
            special_id, result="超过计划用时，时限自动恢复", actor=records.SYSTEM, now=now, overrun=True
        )
    return len(late)


def request_opinion(work: Work, *, unit_key: str, unit_name: str) -> OpinionRequest:
    """Ask another unit; the clock runs on."""
    work.case.open_opinions += 1
    request = OpinionRequest.objects.create(case=work.case, unit_key=unit_key, unit_name=unit_name, asked_at=work.now)
    work.act("request_opinion", payload={"unit": unit_name})
    return request


def give_opinion(work: Work, *, agrees: bool, text: str) -> None:
    """The asked unit answers."""
    request = OpinionRequest.objects.filter(case=work.case, answered_at=None).order_by("id").first()
    if request is None:
        raise CaseProblem("没有待回复的征求意见。")
    request.answered_at = work.now
    request.agrees = agrees
    request.save()
    work.case.open_opinions -= 1
    work.act("give_opinion", reason=text, payload={"unit": request.unit_name, "agrees": agrees})


def record_inspection(work: Work, *, second_officer: str, place: str, findings: str, qualified: bool) -> None:
    """An on-site check by two officers (食品经营许可管理办法: not fewer than two)."""
    if not second_officer.strip() or second_officer.strip() == work.actor.name:
        raise CaseProblem("现场核查须由两名以上核查人员进行，请填写另一名核查人员。")
    if len(findings.strip()) < 4:
        raise CaseProblem("请记录现场核查情况。")
    work.act(
        "record_inspection",
        reason=findings,
        payload={"officers": [work.actor.name, second_officer], "place": place, "qualified": qualified},
    )


def conclude(work: Work, *, qualified: bool, text: str) -> None:
    """The examiner's conclusion goes to review; impossible while anything is still open."""
    if work.case.open_special or work.case.open_opinions:
        raise CaseProblem("还有未结束的特别程序或未回复的征求意见，不能提出审查意见。")
    work.act("conclude_examination", reason=text, payload={"qualified": qualified})


def review(work: Work, *, passed: bool, text: str) -> None:
    """Pass on to the decision, or return to the examination with what is to be mended."""
    if passed:
        work.act("review", reason=text)
        return
    if len(text.strip()) < 4:
        raise CaseProblem("退回时请写明原因和需要完善的内容。")
    work.act("return_to_examination", reason=text)
