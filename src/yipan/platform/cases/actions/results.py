"""After the decision: make the licence, hand it over, archive, rate."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from yipan.platform import jobs, licences, processes, records

from .. import items, sheets
from ..domain.states import State
from ..models import Case, Rating
from . import delivery, letters, messages, rectifying
from .core import CaseProblem, Work, work_on

ISSUE = "cases.issue_licence"
READY = "result_ready"  # what processes wait for that deliver by themselves


def produce(work: Work) -> None:
    """Begin production. A licence is issued by the worker, because the seal service answers over the network; any other
    result is the paper of the decision, and ready for delivery at once."""
    work.act("produce")
    if items.terms(work.case).licence_template:
        jobs.defer(ISSUE, case_id=work.case.pk)
    else:
        make_ready(work)


def make_ready(
    work: Work, *, payload: Mapping[str, str] | None = None, public: Mapping[str, str] | None = None
) -> None:
    """The result lies ready; from here the limit of its delivery counts."""
    work.act("make_ready", payload=payload, public=public)
    delivery.prepare(work.case, work.now)


def issue_licence(case_id: int, *, now: datetime) -> None:
    """Issue the licence of a granted case and make it ready for delivery. Running it twice issues one licence."""
    case = Case.objects.get(pk=case_id)
    if case.state != State.PRODUCTION:
        return
    terms = items.terms(case)
    licence = licences.issue(
        template=terms.licence_template,
        holder=sheets.holder(case),
        data=sheets.licence_data(case),
        issuer_unit=case.unit_key,
        subject=("case", str(case.pk)),
        key=f"case-{case.pk}",
        actor=records.SYSTEM,
        at=case.decided_at or now,
    )
    with work_on(case_id, records.SYSTEM, now) as work:
        if work.case.state != State.PRODUCTION:
            return
        work.case.licence_id = licence.id
        make_ready(work, payload={"licence": licence.number}, public={"licence_no": licence.number})
        messages.tell_applicant(work, "case.licence_ready", number=licence.number)
        # In this transaction: a repeat finds the case out of production and would never wake the process again.
        processes.correlate(READY, work.case.case_no or "", now=now)


def conclude(work: Work) -> None:
    """办结归档: the file is closed."""
    work.case.concluded_at = work.now
    work.act("archive")
    letters.order_approval_sheet(work)
    messages.tell_applicant(work, "case.concluded")


def rate(case_id: int, *, grade: int, labels: list[str], text: str, actor: records.Actor, now: datetime) -> Rating:
    """好差评: once per case, by its applicant, after conclusion."""
    if grade not in (1, 2, 3, 4, 5):
        raise CaseProblem("请选择评价等级。")
    if len(text) > 500:
        raise CaseProblem("评价内容不能超过 500 字。")
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.concluded_at is None:
            raise CaseProblem("办结后才能评价。")
        if Rating.objects.filter(case=case).exists():
            raise CaseProblem("您已经评价过这件申请。")
        rating = Rating.objects.create(case=case, grade=grade, labels=labels, text=text.strip(), at=now)
        rectifying.open_for(rating, actor=actor, now=now)
        records.act(
            chain=("case", str(case.pk)),
            verb="case.rate",
            actor=actor,
            at=now,
            subject=("case", str(case.pk)),
            payload={"grade": grade, "labels": labels},
        )
        records.queue(
            channel="rating",
            key=f"rating-{case.pk}",
            payload=sheets.rating_report(case, rating),
            subject=("case", str(case.pk)),
            at=now,
        )
    return rating
