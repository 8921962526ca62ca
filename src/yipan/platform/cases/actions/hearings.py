"""Hearings: telling the right, asking or waiving, the date, the record. What nobody asked for ends by itself.

The clock stands still from the moment a hearing is to be held (a special procedure of its kind) until the record is
written; while only the right was told it runs on.
"""

from datetime import datetime

from django.db import transaction

from yipan.kernel.clock import show_due
from yipan.platform import people, processes, records

from .. import items, sheets
from ..domain import hearings
from ..models import Hearing, SpecialProcedure
from . import clocks, letters, messages
from .core import CaseProblem, Work, work_on


class HearingRefused(CaseProblem):
    """What is wrong with a plan or a record; ``faults`` by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("；".join(faults.values()))


def inform(case_id: int, *, interested: str, actor: records.Actor, now: datetime) -> Hearing:
    """Tell the applicant and interested parties that they may ask for a hearing within five working days (art. 47)."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.examine", unit_id=work.case.unit_id)
        if not items.terms(work.case).hearing:
            raise CaseProblem("本事项的实施清单没有规定听证，不需要告知听证权利。")
        if open_of(work) is not None:
            raise CaseProblem("本办件已经有一项听证没有结束。")
        hearing = Hearing.objects.create(
            case=work.case,
            ground=hearings.ASKED,
            interested=interested.strip()[:300],
            opened_at=now,
            ask_until=clocks.working_days_after(now, hearings.ASK_DAYS),
        )
        work.act("inform_hearing", payload={"interested": hearing.interested})
        letters.order(
            work,
            "hearing_right",
            data={"until": sheets.moment(hearing.ask_until), "interested": hearing.interested},
        )
        messages.tell_applicant(work, "case.hearing_right", due=hearing.ask_until)
        return hearing


def ask(case_id: int, *, by: str, reason: str, actor: records.Actor, now: datetime, own: bool = False) -> Hearing:
    """A hearing is asked for: by the applicant himself (``own``), or at the unit by him or an interested party.

    From now on the clock stands still, for at most the time in which the hearing must be held."""
    with work_on(case_id, actor, now) as work:
        if not own:
            people.require(actor, "case.examine", unit_id=work.case.unit_id)
        hearing = _asking(work)
        by = work.case.agent_name or work.case.applicant_name if own else by.strip()
        if len(by) < 2:
            raise CaseProblem("请填写申请听证的人。")
        if len(reason.strip()) < hearings.SHORTEST_REASON:
            raise CaseProblem("请写明申请听证的理由。")
        hearing.asked_at, hearing.asked_by, hearing.asked_reason = now, by[:100], reason.strip()[:500]
        hearing.hold_until = clocks.working_days_after(now, hearings.HOLD_DAYS)
        hearing.special = _stop_the_clock(work, hearing)
        hearing.save()
        messages.alert_unit(work, "case.hearing_asked", by=hearing.asked_by, due=hearing.hold_until)
        return hearing


def _stop_the_clock(work: Work, hearing: Hearing) -> SpecialProcedure:
    """The procedure of a hearing that was asked for needs nobody's approval: the law orders it."""
    from .examination import open_special

    return open_special(
        work,
        kind=items.HEARING,
        planned_days=hearings.HOLD_DAYS,
        basis="《中华人民共和国行政许可法》第四十五条、第四十七条",
        requested_by=hearing.asked_by,
        approved_by="依申请",
        verb_reason=f"{hearing.asked_by}申请听证：{hearing.asked_reason}",
    )


def order_by_law(work: Work, special: SpecialProcedure) -> None:
    """A hearing that the law or the public interest demands begins with its special procedure (art. 46)."""
    waiting = open_of(work)
    if waiting is not None:
        raise CaseProblem("本办件已经有一项听证没有结束。")
    Hearing.objects.create(case=work.case, special=special, ground=hearings.LAW, opened_at=work.now)


def waive(case_id: int, *, actor: records.Actor, now: datetime, own: bool = False) -> None:
    """The applicant does not want a hearing; with interested parties the days run on for them."""
    with work_on(case_id, actor, now) as work:
        if not own:
            people.require(actor, "case.examine", unit_id=work.case.unit_id)
        hearing = _asking(work)
        if hearing.interested:
            raise CaseProblem("利害关系人仍可以在期限内申请听证，期满无人申请的自动结束。")
        _close(hearing, now, "申请人放弃听证")
        work.act("waive_hearing")


def end_unasked(now: datetime) -> int:
    """Periodic: rights nobody used within their days end; how many."""
    found = Hearing.objects.filter(closed_at=None, asked_at=None, ask_until__lte=now)
    late = list(found.values_list("case_id", flat=True)[:200])
    for case_id in late:
        with work_on(case_id, records.SYSTEM, now) as work:
            hearing = open_of(work)
            if hearing is None or hearing.asked_at is not None or hearing.ask_until is None:
                continue
            _close(hearing, now, "期满无人申请听证")
            work.act("lapse_hearing")
    return len(late)


def schedule(case_id: int, plan: hearings.Plan, *, actor: records.Actor, now: datetime, why: str = "") -> Hearing:
    """Fix the date, or another one with a reason, and invite in writing. Raises HearingRefused with faults by field."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.examine", unit_id=work.case.unit_id)
        hearing = _to_be_held(work)
        faults = hearings.faults_of_plan(
            plan,
            earliest=clocks.working_days_after(now, hearings.NOTICE_DAYS),
            latest=hearing.hold_until,
            examined=examiners(work),
        )
        again = hearing.planned_at is not None
        if again and len(why.strip()) < hearings.SHORTEST_REASON:
            faults["why"] = "改期的，请写明理由"
        name = dict(hosts(work.case.unit_key, now)).get(plan.host_id or 0, "")
        if not name and "host" not in faults:
            faults["host"] = "听证主持人应当是本单位在岗人员"
        if faults:
            raise HearingRefused(faults)
        hearing.planned_at, hearing.place, hearing.public = plan.at, plan.place.strip()[:200], plan.public
        hearing.host_id, hearing.host_name = plan.host_id, name
        hearing.closed_reason, hearing.postponed = plan.reason.strip()[:300], why.strip()[:300]
        hearing.save()
        facts = {"at": sheets.moment(plan.at), "place": hearing.place, "host": name, "public": plan.public}
        work.act("postpone_hearing" if again else "schedule_hearing", reason=hearing.postponed, payload=facts)
        data = {
            "at": sheets.moment(plan.at),
            "place": hearing.place,
            "host": name,
            "public": "公开举行" if plan.public else f"不公开举行（{hearing.closed_reason}）",
            "interested": hearing.interested,
            "ground": hearings.GROUNDS[hearing.ground],
        }
        letters.order(work, "hearing_notice", data=data)
        messages.tell_applicant(work, "case.hearing_notice", when=sheets.moment(plan.at), place=hearing.place)
        return hearing


def hold(
    case_id: int, *, present: str, text: str, signature: str, refusal: str = "", actor: records.Actor, now: datetime
) -> Hearing:
    """Write the record: the hearing was held, and the clock goes on. Raises HearingRefused with faults by field."""
    from .examination import close_special

    with work_on(case_id, actor, now) as work:
        people.require(actor, "case.examine", unit_id=work.case.unit_id)
        hearing = _to_be_held(work)
        if hearing.planned_at is None:
            raise CaseProblem("还没有发出听证通知书，请先确定时间、地点和主持人。")
        if now < hearing.planned_at:
            raise CaseProblem(f"听证定于 {sheets.moment(hearing.planned_at)} 举行，现在还不能记录。")
        faults = hearings.faults_of_record(present=present, text=text, signature=signature, refusal=refusal)
        if faults:
            raise HearingRefused(faults)
        hearing.held_at, hearing.present, hearing.record = now, present.strip()[:500], text.strip()
        hearing.signature, hearing.refusal = signature, refusal.strip()[:300]
        hearing.record_number = letters.number(work, "hearing_record")
        _close(hearing, now, "已举行")
        work.act("hold_hearing", payload={"number": hearing.record_number, "host": hearing.host_name})
        letters.order(work, "hearing_record", number=hearing.record_number, data=_record_data(hearing))
        if hearing.special is not None and hearing.special.ended_at is None:
            close_special(work, hearing.special, result=f"已举行听证，见《听证笔录》（{hearing.record_number}）")
        return hearing


def _record_data(hearing: Hearing) -> dict[str, object]:
    return {
        "at": sheets.moment(hearing.planned_at),
        "place": hearing.place,
        "host": hearing.host_name,
        "public": "公开" if hearing.public else "不公开",
        "present": hearing.present,
        "record": hearing.record.splitlines(),
        "signature": hearings.SIGNATURES[hearing.signature] + (f"：{hearing.refusal}" if hearing.refusal else ""),
    }


# -- for other acts --------------------------------------------------------------------------------------------------
def open_of(work: Work) -> Hearing | None:
    return Hearing.objects.select_related("special").filter(case=work.case, closed_at=None).first()


def check_none_open(work: Work) -> None:
    """Nothing is concluded or decided while a hearing may still be asked for, or waits to be held."""
    hearing = open_of(work)
    if hearing is None:
        return
    if hearing.asked_at is None and hearing.ask_until is not None:
        raise CaseProblem(
            f"听证权利已经告知，申请期限到 {show_due(hearing.ask_until)} 届满，届满以前不能作出意见或者决定。"
        )
    raise CaseProblem("听证还没有举行，记录听证笔录以后才能作出意见或者决定。")


def quoted(work: Work) -> dict[str, str]:
    """What a decision says of the hearing it follows (art. 48: according to the record)."""
    held = Hearing.objects.filter(case=work.case, held_at__isnull=False).order_by("-held_at").first()
    return {"hearing_record": held.record_number} if held else {}


def close_open(work: Work) -> None:
    """The case ends: so does what is open of a hearing."""
    Hearing.objects.filter(case=work.case, closed_at=None).update(closed_at=work.now, outcome="办件已经结束")


def examiners(work: Work) -> frozenset[int]:
    """Those who examine the application, and those they do it for: none of them presides."""
    return processes.persons_of(("case", str(work.case.pk)), hearings.EXAMINED)


def hosts(unit_key: str, now: datetime) -> list[tuple[int, str]]:
    """Who could preside in a unit: person and name with post."""
    found = {}
    for role in ("unit_admin", "reviewer", "decider", "examiner"):
        for holder in people.queries.holders(role, unit_key, now):
            if holder.unit_key == unit_key:
                found.setdefault(holder.person_id, f"{holder.name}（{holder.post_name}）")
    return list(found.items())


# -- parts -----------------------------------------------------------------------------------------------------------
def _asking(work: Work) -> Hearing:
    hearing = open_of(work)
    if hearing is None or hearing.asked_at is not None or hearing.ask_until is None:
        raise CaseProblem("现在没有可以申请或者放弃的听证。")
    if work.now >= hearing.ask_until:
        raise CaseProblem(f"申请听证的期限已于 {show_due(hearing.ask_until)} 届满。")
    return hearing


def _to_be_held(work: Work) -> Hearing:
    hearing = open_of(work)
    if hearing is None or hearing.special is None:
        raise CaseProblem("没有等待举行的听证。")
    return hearing


def _close(hearing: Hearing, now: datetime, outcome: str) -> None:
    with transaction.atomic():
        hearing.closed_at, hearing.outcome = now, outcome
        hearing.save()
