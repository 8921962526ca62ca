"""Tolerant acceptance (容缺受理): a material the item lets follow is promised, owed, supplied, or its promise broken.

The applicant promises in the draft or while he corrects; the promise becomes a row with a day when the unit accepts. A
licence is not granted before everything is there, unless the item says 先批后补. What is not there on its day is a
broken promise: the case is terminated, or held, as the item says, and the applicant is remembered for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.db.models import Q

from yipan.kernel import clock
from yipan.platform import files, notices, people, processes, records

from .. import items
from ..domain.states import ENDED, UNDECIDED, State
from ..models import Case, CaseMaterial, Tolerance
from . import clocks, drafts, letters, messages
from .core import CaseProblem, Work, work_on

OWED = Q(supplied_at=None, closed_at=None)
RUNNING = OWED & Q(breached_at=None)
PROMISE_LETTER = "tolerance"
BASIS = "申请人签署的《容缺受理承诺书》"


def defer(case_id: int, code: str, *, actor: records.Actor, now: datetime) -> CaseMaterial:
    """Promise to bring a material later. Raises CaseProblem where the item does not allow it, and for a material that a
    clerk has already asked for."""
    with work_on(case_id, actor, now) as work:
        case = work.case
        drafts.editable(case)
        need = items.terms(case).need(code)
        if need is None or need.tolerance is None:
            raise CaseProblem("这项材料不能容缺后补，请直接提交。")
        told = CaseMaterial.objects.filter(
            case=case, code=code, replaced=False, source=CaseMaterial.Source.DEFERRED, check_result="defect"
        )
        if told.exists():
            raise CaseProblem("窗口已经告知这项材料需要现在补交，不能再次容缺。")
        return drafts.replace(
            case, code, now, source=CaseMaterial.Source.DEFERRED, exempt_reason=f"已承诺{need.tolerance.words[4:]}"
        )


def deferred(case: Case) -> list[CaseMaterial]:
    """The materials promised for later that no file has replaced yet."""
    return list(CaseMaterial.objects.filter(case=case, replaced=False, source=CaseMaterial.Source.DEFERRED))


def order_promise(work: Work) -> None:
    """容缺受理承诺书, once for the materials that are promised now."""
    case = work.case
    tolerances = items.applied_terms(case).tolerances
    promised = [
        {"name": row.name, "days": tolerances[row.code].days, "licence_first": tolerances[row.code].licence_first}
        for row in deferred(case)
        if row.code in tolerances
    ]
    if not promised:
        return
    earlier = case.documents.filter(kind=PROMISE_LETTER).order_by("-id").first()  # type: ignore[attr-defined]
    if earlier is None or earlier.data.get("missing") != promised:
        signer = case.agent_name or case.applicant_name
        letters.order(work, PROMISE_LETTER, data={"missing": promised, "signer": signer})


def begin(work: Work) -> list[Tolerance]:
    """The case is accepted: every promised material is owed from now, at the latest on the promised day of the case."""
    case = work.case
    tolerances = items.applied_terms(case).tolerances
    return Tolerance.objects.bulk_create(
        Tolerance(
            case=case,
            material_code=row.code,
            material_name=row.name,
            days=found.days,
            licence_first=found.licence_first,
            on_breach=found.on_breach,
            promised_at=work.now,
            due=None if found.licence_first else _due(work, found.days),
        )
        for row in deferred(case)
        if (found := tolerances.get(row.code)) is not None
    )


def _due(work: Work, days: int) -> datetime:
    due = clocks.working_days_after(work.now, days)
    promised = work.case.promised_due
    return min(due, promised) if promised is not None and promised > work.now else due


def told(owed: Sequence[Tolerance]) -> list[dict[str, str]]:
    """Materials with the day on which they have to be there, as letters list them."""
    return [
        {"name": one.material_name, "due": clock.show_due(one.due) if one.due else f"发证后{one.days}个工作日"}
        for one in owed
    ]


def supply(
    case_id: int, code: str, *, file: IO[bytes], name: str, actor: records.Actor, now: datetime, scanned: bool = False
) -> Tolerance:
    """Bring the material; also after the day, as long as the case is open. Whoever has the case in hand is told."""
    with work_on(case_id, actor, now) as work:
        owed = Tolerance.objects.select_for_update().filter(OWED, case=work.case, material_code=code).first()
        if owed is None:
            raise CaseProblem("这项材料不用补交，或者已经补齐。")
        work.guard("supply_tolerated")
        stored = files.store(file, name=name, owner=("case", str(case_id)), actor=actor, at=now)
        source = CaseMaterial.Source.PAPER if scanned else CaseMaterial.Source.UPLOADED
        drafts.replace(work.case, code, now, source=source, file_id=stored.id, sha256=stored.sha256)
        owed.supplied_at, owed.returned = now, ""
        owed.save(update_fields=["supplied_at", "returned"])
        work.act("supply_tolerated", payload={"material": owed.material_name, "in_time": owed.breached_at is None})
        handlers = [notices.Person(one) for one in processes.queries.workers(("case", str(case_id)), now)]
        messages.tell(work.case, handlers, "case.tolerance_supplied", now, material=owed.material_name)
        _conclude_if_complete(work)
        return owed


def give_back(tolerance_id: int, *, reason: str, actor: records.Actor, now: datetime) -> None:
    """The examiner does not take what was supplied; it is owed again until its day."""
    case_id = Tolerance.objects.values_list("case_id", flat=True).get(pk=tolerance_id)
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.examine", unit_id=work.case.unit_id)
        owed = Tolerance.objects.select_for_update().get(pk=tolerance_id)
        if owed.supplied_at is None:
            raise CaseProblem("这项材料还没有补交，不能退回。")
        if len(reason.strip()) < 4:
            raise CaseProblem("请写明退回的原因和怎样改正，会告知申请人。")
        if owed.due is not None and owed.due <= now:
            raise CaseProblem("补齐期限已过，不能再退回补交；材料不符合要求的，请在审查意见中写明。")
        drafts.replace(
            work.case,
            owed.material_code,
            now,
            source=CaseMaterial.Source.DEFERRED,
            exempt_reason=f"补交的材料被退回：{reason.strip()}"[:200],
        )
        owed.supplied_at, owed.returned = None, reason.strip()[:300]
        owed.save(update_fields=["supplied_at", "returned"])
        work.act("return_tolerated", reason=reason.strip(), payload={"material": owed.material_name})
        due = owed.due or ""
        messages.tell_applicant(
            work, "case.tolerance_returned", material=owed.material_name, reason=reason.strip(), due=due
        )


def check_granting(work: Work) -> None:
    """A licence is granted when nothing is owed that the item wants first. Raises CaseProblem naming what is."""
    owed = Tolerance.objects.filter(OWED, case=work.case, licence_first=False)
    names = [
        f"{one.material_name}（{'已逾期' if one.breached_at else f'期限 {clock.show_due(one.due)}'}）"
        for one in owed
        if one.due
    ]
    if names:
        raise CaseProblem(f"容缺材料还没有补齐：{'、'.join(names)}。补齐以后才能作出准予决定。")


def granted(work: Work) -> None:
    """先批后补: the days of what may follow the licence are counted from the decision."""
    for owed in Tolerance.objects.filter(RUNNING, case=work.case, licence_first=True, due=None):
        owed.due = clocks.working_days_after(work.now, owed.days)
        owed.save(update_fields=["due"])


def close(work: Work) -> None:
    """The case ends without a licence: nothing is owed any more."""
    Tolerance.objects.filter(OWED, case=work.case).update(closed_at=work.now)


def waits(case: Case) -> bool:
    """Whether a delivered case stays open for what was promised for after the licence."""
    return Tolerance.objects.filter(RUNNING, case=case).exists()


def end_broken_promises(now: datetime) -> int:
    """Periodic: promises whose day is over; how many cases they belong to."""
    late = Tolerance.objects.filter(RUNNING, due__lte=now).order_by("due").values_list("case_id", flat=True)[:200]
    cases = list(dict.fromkeys(late))
    for case_id in cases:
        _break(case_id, now)
    return len(cases)


def _break(case_id: int, now: datetime) -> None:
    from . import decision

    with work_on(case_id, records.SYSTEM, now) as work:
        broken = list(Tolerance.objects.select_for_update().filter(RUNNING, case=work.case, due__lte=now))
        if not broken:
            return
        if State(work.case.state) in ENDED:
            close(work)
            return
        names = "、".join(one.material_name for one in broken)
        Tolerance.objects.filter(pk__in=[one.pk for one in broken]).update(breached_at=now)
        work.act("record_breach", reason=f"逾期没有补齐：{names}", payload={"materials": names})
        messages.alert_unit(work, "case.tolerance_broken", materials=names)
        if State(work.case.state) in UNDECIDED and any(one.on_breach == "terminate" for one in broken):
            reason = f"没有在容缺受理承诺的期限内补齐：{names}"
            decision.end_with_letter(work, reason=reason, law=BASIS)
        else:
            messages.tell_applicant(work, "case.tolerance_late", materials=names)
            _conclude_if_complete(work)


def _conclude_if_complete(work: Work) -> None:
    from . import results

    if work.case.state == State.DELIVERED and not waits(work.case):
        results.conclude(work)
