"""Acts of the examination: special procedures, opinions of other units, on-site checks, conclusion, review."""

from collections.abc import Collection
from datetime import datetime

from yipan.platform import people, processes, records

from .. import items
from ..domain import specials
from ..models import Extension, OpinionRequest, SpecialProcedure, SpecialProposal
from . import approvals, clocks, hearings, letters, messages, tolerance
from .core import CaseProblem, Work, acting_persons, work_on

CASE_ENDED = "办件已经结束"


def propose_special_procedure(
    case_id: int, *, kind: int, planned_days: int, basis: str, actor: records.Actor, now: datetime
) -> SpecialProposal:
    """An examiner asks for a special procedure. Raises SpecialRefused when it could not be approved anyway."""
    with work_on(case_id, actor, now) as work:
        case = work.case
        people.require(actor, "case.examine", unit_id=case.unit_id)
        work.guard("order_special_procedure")
        _check(work, kind=kind, planned_days=planned_days, basis=basis, requested_by=actor.person_id, approvers=())
        if SpecialProposal.objects.filter(case=case, decided_at=None).exists():
            raise CaseProblem("已有一项特别程序等待批准。")
        proposal = SpecialProposal.objects.create(
            case=case,
            kind=kind,
            planned_days=planned_days,
            basis=basis,
            requested_by=actor.name,
            requested_by_id=actor.person_id,
            requested_at=now,
        )
        records.act(
            chain=("case", str(case.pk)),
            verb="case.propose_special_procedure",
            actor=actor,
            at=now,
            subject=("case", str(case.pk)),
            reason=basis,
            payload={"kind": specials.KINDS[kind], "planned_days": planned_days},
        )
        text = f"申请{specials.KINDS[kind]}，计划 {planned_days} 个工作日"
        approvals.ask(work, approvals.SPECIAL, proposal.pk, right="case.approve_special", text=text)
        return proposal


def approve_special_procedure(proposal_id: int, *, actor: records.Actor, now: datetime) -> SpecialProcedure:
    """Somebody else approves: the clock stops now (never for an earlier day), and the applicant is told in writing."""
    case_id = SpecialProposal.objects.values_list("case_id", flat=True).get(pk=proposal_id)
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.approve_special", unit_id=work.case.unit_id)
        proposal = SpecialProposal.objects.select_for_update().get(pk=proposal_id)
        if proposal.decided_at is not None:
            raise CaseProblem(f"{proposal.decided_by}已经处理过这项申请。")
        _check(
            work,
            kind=proposal.kind,
            planned_days=proposal.planned_days,
            basis=proposal.basis,
            requested_by=proposal.requested_by_id,
            approvers=acting_persons(actor),
        )
        proposal.decided_by, proposal.decided_at = actor.name, now
        proposal.save()
        approvals.answered(work, approvals.SPECIAL, proposal.pk, "已批准")
        return _begin_special(work, proposal)


def reject_special_procedure(proposal_id: int, *, reason: str, actor: records.Actor, now: datetime) -> None:
    """Somebody with the right to approve says no; the clock runs on, and the examiner reads why."""
    case_id = SpecialProposal.objects.values_list("case_id", flat=True).get(pk=proposal_id)
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.approve_special", unit_id=work.case.unit_id)
        proposal = SpecialProposal.objects.select_for_update().get(pk=proposal_id)
        if proposal.decided_at is not None:
            raise CaseProblem(f"{proposal.decided_by}已经处理过这项申请。")
        if len(reason.strip()) < 4:
            raise CaseProblem("不同意特别程序的，请写明理由。")
        proposal.decided_by, proposal.decided_at = actor.name, now
        proposal.save()
        approvals.answered(work, approvals.SPECIAL, proposal.pk, "不同意")
        records.act(
            chain=("case", str(case_id)),
            verb="case.reject_special_procedure",
            actor=actor,
            at=now,
            subject=("case", str(case_id)),
            reason=reason.strip(),
            payload={"kind": specials.KINDS[proposal.kind]},
        )


def _check(
    work: Work, *, kind: int, planned_days: int, basis: str, requested_by: int | None, approvers: Collection[int]
) -> None:
    specials.check_order(
        kind=kind,
        longest={kind: one.max_days for kind, one in items.terms(work.case).specials.items()},
        planned_days=planned_days,
        basis=basis,
        requested_by=requested_by,
        approvers=approvers,
        now=work.now,
        promised_due=work.case.promised_due,
        legal_due=work.case.legal_due,
    )


def _begin_special(work: Work, proposal: SpecialProposal) -> SpecialProcedure:
    special = open_special(
        work,
        kind=proposal.kind,
        planned_days=proposal.planned_days,
        basis=proposal.basis,
        requested_by=proposal.requested_by,
        approved_by=work.actor.name,
    )
    if proposal.kind == items.HEARING:
        hearings.order_by_law(work, special)
    return special


def open_special(
    work: Work,
    *,
    kind: int,
    planned_days: int,
    basis: str,
    requested_by: str,
    approved_by: str,
    verb_reason: str = "",
) -> SpecialProcedure:
    """Stop the clock and tell the applicant in writing; who may do so was checked by the caller."""
    case = work.case
    number = letters.number(work, "special")
    case.open_special += 1
    work.guard("order_special_procedure")
    special = SpecialProcedure.objects.create(
        case=case,
        kind=kind,
        planned_days=planned_days,
        basis=basis,
        notice_number=number,
        requested_by=requested_by,
        approved_by=approved_by,
        started_at=work.now,
        planned_end=clocks.working_days_after(work.now, planned_days),
    )
    clocks.refresh(case, items.terms(case))
    title = specials.KINDS[kind]
    facts = {"kind": title, "planned_days": planned_days}
    work.act(
        "order_special_procedure",
        reason=verb_reason or basis,
        payload=facts | {"number": number, "requested_by": requested_by},
        public=facts,
    )
    processes.clock(("case", str(case.pk)), "pause", work.now)
    letters.order(work, "special", number=number, data=facts | {"basis": basis})
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
            if len(result.strip()) < 2:
                raise CaseProblem("请填写特别程序的结果。")
            if special.kind == items.HEARING:
                hearings.check_none_open(work)
        close_special(work, special, result=result, overrun=overrun)


def close_special(work: Work, special: SpecialProcedure, *, result: str, overrun: bool = False) -> None:
    """The clock goes on."""
    now = work.now
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


def close_open(work: Work) -> None:
    """The case ends: nothing it still waited for goes on."""
    case, now = work.case, work.now
    SpecialProcedure.objects.filter(case=case, ended_at=None).update(ended_at=now, result=CASE_ENDED)
    SpecialProposal.objects.filter(case=case, decided_at=None).update(decided_at=now, decided_by=CASE_ENDED)
    Extension.objects.filter(case=case, approved=None).update(approved=False, approved_by=CASE_ENDED, approved_at=now)
    OpinionRequest.objects.filter(case=case, answered_at=None).update(answered_at=now)
    hearings.close_open(work)
    tolerance.close(work)
    case.open_special = case.open_opinions = 0


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
    hearings.check_none_open(work)
    work.act("conclude_examination", reason=text, payload={"qualified": qualified})


def review(work: Work, *, passed: bool, text: str) -> None:
    """Pass on to the decision, or return to the examination with what is to be mended."""
    if passed:
        work.act("review", reason=text)
        return
    if len(text.strip()) < 4:
        raise CaseProblem("退回时请写明原因和需要完善的内容。")
    work.act("return_to_examination", reason=text)
