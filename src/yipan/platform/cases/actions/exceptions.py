"""Exceptions from the one-time notice: asked for with a reason, approved by somebody else, used up by one notice."""

from datetime import datetime

from yipan.platform import people, records

from ..domain.states import BEFORE_ACCEPTANCE, State
from ..models import Case, CorrectionException
from . import approvals
from .core import CaseProblem, Work, acting_persons, work_on

ANSWERED = "申请已经答复"


def request(case_id: int, *, reason: str, actor: records.Actor, now: datetime) -> CorrectionException:
    """Ask to tell a defect that should have been told the first time."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.precheck", unit_id=work.case.unit_id)
        if State(work.case.state) not in BEFORE_ACCEPTANCE - {State.CORRECTION}:
            raise CaseProblem("只有在预审时可以申请再次告知的例外。")
        if len(reason.strip()) < 6:
            raise CaseProblem("请写明首次没有一次性告知的原因。")
        if CorrectionException.objects.filter(case=work.case, approved=None).exists():
            raise CaseProblem("已有一项例外申请等待批准。")
        made = CorrectionException.objects.create(
            case=work.case,
            reason=reason.strip(),
            requested_by=actor.name,
            requested_by_id=actor.person_id,
            requested_at=now,
        )
        _record(work, "case.request_correction_exception", reason)
        approvals.ask(
            work, approvals.EXCEPTION, made.pk, right="case.approve_exception", text=f"申请再次告知：{reason}"
        )
        return made


def decide(exception_id: int, *, approve: bool, actor: records.Actor, now: datetime) -> None:
    """Approve or reject; nobody approves what he asked for himself, and a second approver is told who was first."""
    case_id = CorrectionException.objects.values_list("case_id", flat=True).get(pk=exception_id)
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.approve_exception", unit_id=work.case.unit_id)
        asked = CorrectionException.objects.select_for_update().get(pk=exception_id)
        if asked.approved is not None:
            raise CaseProblem(f"{asked.decided_by}已经处理过这项例外申请。")
        if asked.requested_by_id in acting_persons(actor):
            raise CaseProblem("例外申请人与批准人不能是同一人。")
        asked.approved, asked.decided_by, asked.decided_at = approve, actor.name, now
        asked.save()
        verb = "case.approve_correction_exception" if approve else "case.reject_correction_exception"
        _record(work, verb, asked.reason)
        approvals.answered(work, approvals.EXCEPTION, asked.pk, "已批准" if approve else "不同意")


def lapse(work: Work) -> None:
    """The application was answered: what still waited for approval is asked for no more."""
    for asked in CorrectionException.objects.filter(case=work.case, approved=None):
        asked.approved, asked.decided_by, asked.decided_at = False, ANSWERED, work.now
        asked.save()
        approvals.answered(work, approvals.EXCEPTION, asked.pk, ANSWERED)


def usable(case: Case) -> CorrectionException | None:
    """An approved exception that no notice has used."""
    found = CorrectionException.objects.filter(case=case, approved=True, correctionnotice=None)
    return found.order_by("id").first()


def _record(work: Work, verb: str, reason: str) -> None:
    subject = ("case", str(work.case.pk))
    records.act(chain=subject, verb=verb, actor=work.actor, at=work.now, subject=subject, reason=reason)
