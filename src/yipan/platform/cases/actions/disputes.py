"""Contested data on their way to the keeper of the register: opened with the submission, answered by the keeper.

Nothing is overwritten silently: the register's value stays in the form until its keeper has corrected it; then the form
gets a new version with the new value and where it came from, and the applicant and the examiners are told.
"""

from datetime import datetime

from django.urls import reverse

from yipan.platform import catalogue, forms, notices, numbers, people, processes, records

from .. import items
from ..domain.states import ENDED, State
from ..models import DataDispute
from . import clocks, messages
from .core import CaseProblem, Work, acting_persons, work_on

ERRAND, CHANNEL, RIGHT = "data.dispute", "data_dispute", "data.correct"
KEEPERS = "data_keeper"
DAYS, WORD = 5, "数异"
LONGEST = 500
Dispute = DataDispute


def open_contested(work: Work) -> list[DataDispute]:
    """After a submission: every contested value that is not on its way already goes to its keeper."""
    case = work.case
    if case.form_data_id is None:
        return []
    contested = forms.queries.contested_in(case.form_data_id)
    known = set(Dispute.objects.filter(case=case).values_list("field", "remark")) if contested else set()
    return [_open(work, one) for one in contested if (one.field, one.remark) not in known]


def _open(work: Work, contested: forms.queries.Contested) -> DataDispute:
    case, now = work.case, work.now
    keeper = catalogue.queries.keeper(contested.source)
    dispute = Dispute.objects.create(
        case=case,
        number=numbers.document_number(unit_key=case.unit_key, word=WORD, at=now),
        field=contested.field,
        label=contested.label,
        shown=contested.value[:LONGEST],
        source=contested.source,
        remark=contested.remark[:LONGEST],
        keeper_unit=keeper.unit,
        keeper_name=people.queries.unit_by_key(keeper.unit).name_at(now.date()) if keeper.unit else keeper.name,
        opened_at=now,
        due=clocks.working_days_after(now, keeper.days),
    )
    _record(work, dispute, "case.open_dispute", reason=dispute.remark)
    if dispute.keeper_unit:
        _ask_unit(work, dispute)
    else:
        _ask_outside(work, dispute)
    return dispute


def _ask_unit(work: Work, dispute: DataDispute) -> None:
    processes.post_errand(
        ERRAND,
        dispute.pk,
        title=f"核实“{dispute.label}”：{dispute.shown}",
        subtitle=f"{dispute.number}　申请人认为：{dispute.remark}"[:200],
        url=reverse("cases:dispute", args=[dispute.pk]),
        to=[processes.errands.Right(RIGHT, dispute.keeper_unit)],
        subject=("dispute", dispute.pk),
        unit=dispute.keeper_unit,
        due=dispute.due,
        actor=work.actor,
        at=work.now,
    )


def _ask_outside(work: Work, dispute: DataDispute) -> None:
    records.queue(
        channel=CHANNEL,
        key=f"dispute-{dispute.pk}",
        payload={
            "number": dispute.number,
            "holder": work.case.applicant_code,
            "source": dispute.source,
            "item": dispute.label,
            "value": dispute.shown,
            "remark": dispute.remark,
            "dispute": dispute.pk,
        },
        subject=("case", str(work.case.pk)),
        at=work.now,
    )


def answer(
    dispute_id: int, *, corrected: str, text: str, actor: records.Actor, now: datetime, outside: bool = False
) -> None:
    """The keeper corrects (``corrected``: the right value) or keeps the entry ("" ), with what was found.

    Raises CaseProblem; whoever examines this very case does not decide what its data say."""
    case_id = Dispute.objects.values_list("case_id", flat=True).get(pk=dispute_id)
    with work_on(case_id, actor, now) as work:
        dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        if dispute.state != Dispute.State.OPEN:
            raise CaseProblem(f"这项异议已经办理：{dispute.get_state_display()}。")  # type: ignore[attr-defined]
        if not outside:
            people.require(actor, RIGHT, unit_id=people.queries.unit_by_key(dispute.keeper_unit).id)
            _not_examiner(work)
        corrected, text = corrected.strip(), text.strip()
        if len(text) < 4:
            raise CaseProblem("请写明核实情况，至少 4 个字。")
        if corrected == dispute.shown:
            raise CaseProblem("更正后的内容与原登记相同；登记无误的，请选择“维持原登记”。")
        dispute.corrected, dispute.answer = corrected[:LONGEST], text[:LONGEST]
        dispute.answered_by, dispute.answered_at = actor.name if not outside else dispute.keeper_name, now
        dispute.state = Dispute.State.CORRECTED if corrected else Dispute.State.REFUSED
        dispute.save()
        _record(work, dispute, "case.correct_data" if corrected else "case.keep_data", reason=dispute.answer)
        if corrected:
            _into_form(work, dispute)
        if dispute.keeper_unit:
            outcome = dispute.get_state_display()  # type: ignore[attr-defined]
            processes.close_errand(ERRAND, dispute.pk, actor=actor, at=now, outcome=outcome)
        _tell(work, dispute)


def _not_examiner(work: Work) -> None:
    handled = processes.persons_of(("case", str(work.case.pk)), ("examine", "conclude", "review", "decide"))
    if handled & acting_persons(work.actor):
        raise CaseProblem("您是这件申请的审查、审核人员，数据异议请由其他人员核实。")


def _into_form(work: Work, dispute: DataDispute) -> None:
    """The corrected value goes into the next version of the form, unless the decision was made on the old one."""
    case = work.case
    if case.form_data_id is None or case.decided_at is not None or State(case.state) in ENDED:
        return
    source = f"{dispute.keeper_name}更正（{dispute.number}）"
    version = forms.actions.amend(
        case.form_data_id, dispute.field, dispute.corrected, source=source, actor=work.actor, at=work.now
    )
    case.form_data_id = version
    case.version += 1
    case.save(update_fields=["form_data_id", "version"])


def _tell(work: Work, dispute: DataDispute) -> None:
    result = f"已更正为“{dispute.corrected}”" if dispute.corrected else "维持原登记"
    told = {"label": dispute.label, "number": dispute.number, "result": result, "answer": dispute.answer}
    messages.tell_applicant(work, "case.dispute_answered", **told)
    examiners = [notices.Role("examiner", unit_id=work.case.unit_id)]
    messages.tell(work.case, examiners, "case.dispute_told", work.now, **told)


def check_answered(work: Work) -> None:
    """Where the item wants it, no licence is granted on data that are contested."""
    if not items.terms(work.case).waits_for_disputes:
        return
    waiting = Dispute.objects.filter(case=work.case, state=Dispute.State.OPEN).values_list("label", "keeper_name")
    if waiting:
        named = "、".join(f"{label}（{keeper}）" for label, keeper in waiting)
        raise CaseProblem(f"下列数据异议还没有核实，本事项须核实后再作出准予决定：{named}。")


def _record(work: Work, dispute: DataDispute, verb: str, *, reason: str) -> None:
    records.act(
        chain=("case", str(work.case.pk)),
        verb=verb,
        actor=work.actor,
        at=work.now,
        subject=("case", str(work.case.pk)),
        reason=reason,
        payload={
            "number": dispute.number, "field": dispute.field, "shown": dispute.shown, "corrected": dispute.corrected,
        },
    )  # fmt: skip


def outside_answers(now: datetime) -> int:
    """Periodic: ask outside keepers what became of the disputes they have; how many were answered."""
    from ..sources import dispute_answer

    done = 0
    waiting = Dispute.objects.filter(state=Dispute.State.OPEN).exclude(remote_id="").order_by("pk")
    for dispute_id, remote in waiting.values_list("pk", "remote_id")[:100]:
        found = dispute_answer(remote)
        if found is None:
            continue
        answer(dispute_id, corrected=found.corrected, text=found.text, actor=records.SYSTEM, now=now, outside=True)
        done += 1
    return done


def sent(dispute_id: int, remote_id: str) -> None:
    """The outside keeper has taken it, under its own number."""
    Dispute.objects.filter(pk=dispute_id, remote_id="").update(remote_id=remote_id)
