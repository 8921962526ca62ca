"""What the unit decides before acceptance: one-time notice, acceptance, non-acceptance, deemed acceptance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yipan.kernel.clock import show_due
from yipan.platform import people, records

from .. import items, sheets
from ..domain import corrections
from ..domain.corrections import Defect
from ..domain.states import State
from ..models import CaseMaterial, CorrectionDefect, CorrectionNotice
from . import clocks, decision, examination, exceptions, letters, marking, messages, tolerance
from .core import CaseProblem, Work, work_on


def notify_correction(work: Work, defects: Sequence[Defect]) -> CorrectionNotice:
    """Send the one notice that lists every defect. Raises NoticeRefused with all its faults.

    A later notice on what was there to be seen at first uses up an approved exception.
    """
    case = work.case
    earlier = list(CorrectionNotice.objects.filter(case=case).prefetch_related("defects"))
    seen = {
        "unchanged_since_first": _unchanged(work),
        "told_before": frozenset(
            d.material_code or f"field:{d.field_key}" for notice in earlier for d in notice.defects.all()
        ),
    }
    exception = None
    if corrections.late_defects(defects, earlier_notices=len(earlier), **seen):
        exception = exceptions.usable(case)
    reason = exception.reason if exception else ""
    corrections.check_notice(defects, earlier_notices=len(earlier), exception_reason=reason, **seen)
    marking.check_told(case, defects)
    terms = items.terms(case)
    number = letters.number(work, "correction")
    notice = CorrectionNotice.objects.create(
        case=case,
        number=number,
        at=work.now,
        due=clocks.correction_due(work.now, terms),
        by_name=work.actor.name,
        exception=exception,
        exception_reason=reason,
    )
    CorrectionDefect.objects.bulk_create(
        CorrectionDefect(
            notice=notice,
            material_code=defect.material_code,
            field_key=defect.field_key,
            subject=defect.subject,
            kind=defect.kind,
            remedy=defect.remedy,
        )
        for defect in defects
    )
    marking.tell(notice, defects)
    codes = [defect.material_code for defect in defects if defect.material_code]
    CaseMaterial.objects.filter(case=case, code__in=codes, replaced=False).update(check_result="defect")
    work.act(
        "notify_correction",
        reason=reason,
        payload={"number": number, "defects": [defect.subject for defect in defects], "exception": bool(reason)},
    )
    letters.order(
        work,
        "correction",
        number=number,
        data={
            "defects": [{"subject": d.subject, "kind": d.kind_title, "remedy": d.remedy} for d in defects],
            "due": show_due(notice.due),
        },
    )
    messages.tell_applicant(work, "case.correction", due=notice.due)
    return notice


def _unchanged(work: Work) -> frozenset[str]:
    """Keys of what still is as it was first handed in: materials, and the form while it was not saved anew."""
    case = work.case
    rows = CaseMaterial.objects.filter(case=case, round=1, replaced=False)
    saved = sheets.form_saved_at(case)
    renewed = saved is not None and case.received_at is not None and saved > case.received_at
    if renewed:
        rows = rows.exclude(source=CaseMaterial.Source.FORM)
    codes = set(rows.values_list("code", flat=True))
    return frozenset(codes if renewed else codes | {f"field:{key}" for key in ("form", *sheets.form_fields(case))})


def accept(work: Work) -> None:
    """Accept: the promised and the legal clock start; the item's version of this moment is frozen."""
    if promised := tolerance.deferred(work.case):
        names = "、".join(row.name for row in promised)
        raise CaseProblem(f"申请人承诺后补{names}，请选择“容缺受理”，或者一次性告知现在补交。")
    _accept(work, "accept", accepted_at=work.now, manner="normal")


def accept_tolerantly(work: Work) -> None:
    """容缺受理: accept although materials are missing that the item lets follow; their days begin now."""
    if not tolerance.deferred(work.case):
        raise CaseProblem("没有容缺后补的材料，请选择“受理”。")
    _accept(work, "accept_tolerantly", accepted_at=work.now, manner="tolerant")


def deem_accepted(work: Work) -> None:
    """The unit was silent for five working days: accepted from the day of receipt (行政许可法 art. 32)."""
    received = clocks.answer_owed_since(work.case)
    assert received is not None, "a received case has its time of receipt"
    if items.terms(work.case).instant:
        work.case.converted_at = work.now  # what was not done on the spot has the limit of a case that takes time
    _accept(work, "deem_accepted", accepted_at=received, manner="deemed")
    messages.alert_unit(work, "case.deemed_accepted")
    messages.alert_supervision(work, "case.deemed_accepted")


def _accept(work: Work, verb: str, *, accepted_at: datetime, manner: str) -> None:
    case = work.case
    work.guard(verb)
    case.accepted_at = accepted_at
    case.acceptance = manner
    case.accepted_version = items.version_at(case, accepted_at)
    clocks.refresh(case, items.terms(case))
    work.act(
        verb,
        payload={
            "accepted_at": accepted_at.isoformat(),
            "item_version": case.accepted_version,
            "promised_due": _text(case.promised_due),
            "legal_due": _text(case.legal_due),
        },
        public={"accepted_at": accepted_at.isoformat(), "promised_due": _text(case.promised_due)},
    )
    exceptions.lapse(work)
    owed = tolerance.told(tolerance.begin(work))
    letters.order(work, "acceptance", data={"missing": owed} if owed else {})
    if owed:
        materials = "；".join(f"{one['name']}（{one['due']}）" for one in owed)
        messages.tell_applicant(work, "case.accepted_tolerantly", due=case.promised_due, materials=materials)
    else:
        messages.tell_applicant(work, "case.accepted", due=case.promised_due)
    work.act("begin_examination")
    _ask_second_unit(work)


def _ask_second_unit(work: Work) -> None:
    """Where the item asks another unit, it is asked with the acceptance; its task is open at the same moment."""
    terms = items.applied_terms(work.case)
    if items.process_data(work.case, terms)["second_opinion"] and terms.consult_unit:
        unit = people.queries.unit_by_key(terms.consult_unit)
        examination.request_opinion(work, unit_key=unit.key, unit_name=unit.name)


def refuse_acceptance(
    work: Work, *, reason: str, law: str, right_agency: str = "", false_materials: bool = False
) -> None:
    """Refuse to accept, in writing, with reason, law and remedy, and whom to ask instead where that is known."""
    if len(reason.strip()) < 6:
        raise CaseProblem("请写明不予受理的理由。")
    if len(law.strip()) < 4:
        raise CaseProblem("请写明不予受理所依据的条款。")
    work.case.concluded_at = work.now
    work.act("refuse_acceptance", reason=reason, payload={"law": law}, public={"law": law})
    data: dict[str, Any] = {"reason": reason, "law": law, "right_agency": right_agency.strip()}
    number = letters.number(work, "non_acceptance")
    if false_materials:
        data |= decision.punished(work, number)
    letters.order(work, "non_acceptance", number=number, data=data)
    letters.order_approval_sheet(work)
    messages.tell_applicant(work, "case.not_accepted", reason=reason)


def start_precheck(case_id: int, *, actor: records.Actor, now: datetime) -> None:
    """A clerk opens a received case: the applicant sees that somebody is on it. Doing it twice changes nothing."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.precheck", unit_id=work.case.unit_id)
        if work.case.state == State.RECEIVED:
            work.act("start_precheck")


def _text(value: datetime | None) -> str:
    return value.isoformat() if value else ""
