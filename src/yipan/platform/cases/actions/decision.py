"""Decisions: grant, refuse, extend, terminate, withdraw."""

from datetime import datetime
from typing import Any

from yipan.kernel.clock import show_date
from yipan.platform import people, processes, records

from .. import items, sheets
from ..domain import specials
from ..domain.bans import FALSE_MATERIALS, GROUNDS
from ..domain.states import State
from ..models import Case, Extension, SpecialProcedure
from . import approvals, bans, clocks, disputes, examination, hearings, letters, messages, priors, results, tolerance
from .core import CaseProblem, Work, acting_persons, work_on


def grant(work: Work, *, text: str) -> None:
    """Grant: the decision letter of a licence, which is made in the next step, or the paper of any other result."""
    case, terms = work.case, items.terms(work.case)
    hearings.check_none_open(work)
    tolerance.check_granting(work)
    _check_required_specials(case, terms)
    priors.check(work)
    disputes.check_answered(work)
    kind = "grant" if terms.licensing else "result"
    number = letters.number(work, kind)
    case.decided_at, case.decision, case.decision_no = work.now, 1, number
    work.act("grant", reason=text, payload={"number": number} | _punctual(work), public={"number": number})
    tolerance.granted(work)
    if terms.licensing:
        data = {"opinion": text} | sheets.grant_data(case) | hearings.quoted(work)
        letters.order(work, kind, number=number, data=data)
    else:
        letters.order(work, kind, number=number, title=terms.certificate, data=sheets.result_data(case))
    messages.tell_applicant(work, "case.granted")


def _check_required_specials(case: Case, terms: items.Terms) -> None:
    """Some items may not be granted without their procedure, for example the hearing of 娱乐场所."""
    held = SpecialProcedure.objects.filter(case=case, ended_at__isnull=False, overrun=False)
    kinds = set(held.values_list("kind", flat=True)) if terms.required_specials else set()
    missing = [specials.KINDS[kind] for kind in terms.required_specials if kind not in kinds]
    if missing:
        raise CaseProblem(f"本事项依法应当先进行{'、'.join(missing)}，完成后才能作出准予决定。")


def refuse(work: Work, *, reason: str, law: str, facts: str, false_materials: bool = False) -> None:
    """Refuse the licence: facts, law and reason are mandatory, the remedy is printed on the letter.

    ``false_materials``: the applicant hid or forged; he is warned, and in matters of public safety banned for a year
    (art. 78)."""
    missing = [name for name, value in (("事实", facts), ("理由", reason), ("法律依据", law)) if len(value.strip()) < 4]
    if missing:
        raise CaseProblem("不予决定须写明" + "、".join(missing) + "。")
    hearings.check_none_open(work)
    case = work.case
    if case.state == State.EXAMINATION:
        work.act("submit_for_decision")
    number = letters.number(work, "refusal")
    case.decided_at, case.decision, case.decision_no = work.now, 2, number
    facts_of_act = {"number": number, "law": law}
    work.act("refuse", reason=reason, payload=facts_of_act | _punctual(work), public=facts_of_act)
    title = "" if items.terms(case).licensing else "不予办理决定书"
    data = {"reason": reason, "law": law, "facts": facts} | hearings.quoted(work)
    if false_materials:
        data |= punished(work, number)
    letters.order(work, "refusal", number=number, title=title, data=data)
    tolerance.close(work)
    messages.tell_applicant(work, "case.refused", reason=reason)
    results.make_ready(work)


def punished(work: Work, number: str) -> dict[str, Any]:
    """What the letter says of false materials, with the ban where the item has one."""
    ban = bans.impose(work, FALSE_MATERIALS, number=number)
    records.act(
        chain=("case", str(work.case.pk)), verb="case.warn", actor=work.actor, at=work.now,
        subject=("case", str(work.case.pk)), reason=GROUNDS[FALSE_MATERIALS],
        payload={"until": ban.until.isoformat() if ban else ""},
    )  # fmt: skip
    return {"warning": "1", "banned_until": show_date(ban.until) if ban else ""}


def request_extension(case_id: int, *, days: int, reason: str, actor: records.Actor, now: datetime) -> Extension:
    """Ask for the one extension the law allows (行政许可法 art. 42)."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.examine", unit_id=work.case.unit_id)
        hearings.check_none_open(work)
        longest = items.terms(work.case).extension_days
        if Extension.objects.filter(case=work.case).exclude(approved=False).exists():
            raise CaseProblem("本办件已经申请过延期，法律只允许延长一次。")
        if not 1 <= days <= longest:
            raise CaseProblem(f"延期应当为 1 至 {longest} 个工作日。")
        if len(reason.strip()) < 6:
            raise CaseProblem("请写明延期的理由，理由会告知申请人。")
        extension = Extension.objects.create(
            case=work.case,
            days=days,
            reason=reason,
            requested_by=actor.name,
            requested_by_id=actor.person_id,
            requested_at=now,
        )
        work.act("request_extension", reason=reason, payload={"days": days})
        text = f"申请延期 {days} 个工作日：{reason}"
        approvals.ask(work, approvals.EXTENSION, extension.pk, right="case.approve_extension", text=text)
        return extension


def decide_extension(extension_id: int, *, approve: bool, actor: records.Actor, now: datetime) -> None:
    """The head of the unit approves or rejects; nobody approves what he asked for himself."""
    case_id = Extension.objects.values_list("case_id", flat=True).get(pk=extension_id)
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.approve_extension", unit_id=work.case.unit_id)
        extension = Extension.objects.select_for_update().get(pk=extension_id)
        if extension.approved is not None:
            raise CaseProblem(f"{extension.approved_by}已经处理过这项延期申请。")
        if extension.requested_by_id in acting_persons(actor):
            raise CaseProblem("延期申请人与批准人不能是同一人。")
        extension.approved, extension.approved_by, extension.approved_at = approve, actor.name, now
        approvals.answered(work, approvals.EXTENSION, extension.pk, "已批准" if approve else "未批准")
        if not approve:
            extension.save()
            work.act("reject_extension")
            return
        extension.number = letters.number(work, "extension")
        extension.save()
        clocks.refresh(work.case, items.terms(work.case))
        work.act("approve_extension", reason=extension.reason, payload={"days": extension.days})
        processes.clock(("case", str(case_id)), "redate", now)
        letters.order(
            work,
            "extension",
            number=extension.number,
            data={"reason": extension.reason, "days": extension.days, "approver": actor.name},
        )
        messages.tell_applicant(work, "case.extended", due=work.case.promised_due, reason=extension.reason)


def withdraw(case_id: int, *, reason: str, actor: records.Actor, now: datetime) -> None:
    """The applicant takes the application back before the decision; the process ends."""
    with work_on(case_id, actor, now) as work:
        _end(work, "withdraw", reason=reason)
        letters.order(work, "withdrawal", data={"reason": reason})
        letters.order_approval_sheet(work)


def terminate(case_id: int, *, reason: str, law: str, actor: records.Actor, now: datetime) -> None:
    """End the handling of an accepted case where the law says so (终止办理): with reason, law and remedy."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.terminate", unit_id=work.case.unit_id)
        if len(reason.strip()) < 6:
            raise CaseProblem("请写明终止办理的理由。")
        if len(law.strip()) < 4:
            raise CaseProblem("请写明终止办理所依据的条款。")
        end_with_letter(work, reason=reason, law=law)


def end_with_letter(work: Work, *, reason: str, law: str) -> None:
    """终止办理 with its letter; the caller has made sure of the right and the words."""
    _end(work, "terminate", reason=reason, payload={"law": law}, public={"law": law})
    letters.order(work, "termination", data={"reason": reason, "law": law})
    letters.order_approval_sheet(work)
    messages.tell_applicant(work, "case.terminated", reason=reason)


def _end(work: Work, verb: str, *, reason: str, **more: Any) -> None:
    """The case and its process end before a decision."""
    work.guard(verb)
    examination.close_open(work)
    work.case.concluded_at = work.now
    work.act(verb, reason=reason, **more)
    processes.terminate(("case", str(work.case.pk)), actor=work.actor, now=work.now, reason=reason)


def deem_withdrawn(work: Work) -> None:
    """The applicant did not correct in time and the local rule takes this as a withdrawal."""
    work.case.concluded_at = work.now
    work.act("deem_withdrawn")
    letters.order(work, "withdrawal", data={"deemed": "逾期没有补正申请材料，视为撤回"})
    letters.order_approval_sheet(work)
    messages.tell_applicant(work, "case.deemed_withdrawn")


def _punctual(work: Work) -> dict[str, bool]:
    """Whether the decision keeps the promised and the legal limit."""
    case = work.case
    return {
        "on_time": case.promised_due is None or work.now < case.promised_due,
        "legally_on_time": case.legal_due is None or work.now < case.legal_due,
    }
