"""The progress page put together: one case as its applicant sees it, with or without login."""

from datetime import datetime
from typing import Any

from yipan.kernel import clock
from yipan.platform.records import queries as record_queries

from . import items, queries, timeline
from .actions import clocks, urging
from .actions.rectifying import BAD
from .domain import progress, specials
from .domain.delivery import CHOICES
from .domain.states import BEFORE_ACCEPTANCE, ENDED, UNDECIDED, State
from .models import Case, CorrectionNotice, OpinionRequest, SpecialProcedure
from .queries.delivery import DeliveryView, addresses, delivery_of

GRADES = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))
RATING_LABELS = (("办事效率", "办事效率"), ("指南准确度", "指南准确度"), ("便捷度", "便捷度"), ("平台操作", "平台操作"))


def of(case: Case, now: datetime) -> dict[str, Any]:
    """Everything the page shows; reads only."""
    terms = items.terms(case)
    acts = record_queries.story_of("case", case.pk)
    notice, rating = queries.open_notice(case), queries.rating(case)
    procedures = list(SpecialProcedure.objects.filter(case=case).order_by("id"))
    row, found = queries.row(case, now), clocks.explained(case, terms)
    delivery = delivery_of(case)
    facts = _facts(case, row, found, terms, notice, procedures, rated=rating is not None)
    return {
        "case": row,
        "clocks": found,
        "stages": progress.stages(facts),
        "guidance": progress.guidance(facts),
        "story": timeline.story(case, acts, for_applicant=True)[::-1],
        "notice": notice,
        "marked": queries.told_marks(notice.pk) if notice else {},
        "owed": [one for one in queries.tolerances(case) if one.open] if case.acceptance else [],
        "specials": [_special(one) for one in procedures],
        "disputes": queries.disputes(case, now),
        "hearing": queries.hearing(case) if terms.hearing else None,
        "documents": queries.documents(case, for_applicant=True),
        "materials": queries.materials(case),
        "rating": rating,
        "rating_word": dict(GRADES)[rating.grade] if rating else "",
        "rectification": queries.rectification(case) if rating is not None and rating.grade <= BAD else None,
        "may_rate": rating is None and case.concluded_at is not None,
        "grades": GRADES,
        "labels": RATING_LABELS,
        "may_withdraw": facts.state in BEFORE_ACCEPTANCE | UNDECIDED,
        "delivery": delivery,
        "may_choose": _may_choose(facts.state, delivery),
        "choices": list(CHOICES.items()),
        "book": addresses(case) if _may_choose(facts.state, delivery) else [],
        "urging": urging.standing(row, acts),
        "query_code": case.query_code,
        "licence_id": case.licence_id,
        "applicant_name": case.applicant_name,
        "contact": terms.contact,
    }


def _may_choose(state: State, delivery: DeliveryView) -> bool:
    """While nothing is on its way, and something may still come."""
    over = state in ENDED or state is State.DELIVERED
    return not over and not delivery.under_way


def _facts(
    case: Case, row: queries.CaseRow, found: clocks.Clocks, terms: items.Terms, notice: CorrectionNotice | None,
    procedures: list[SpecialProcedure], *, rated: bool,
) -> progress.Facts:  # fmt: skip
    state = State(case.state)
    open_kinds = [specials.KINDS[one.kind] for one in procedures if one.ended_at is None]
    waiting = OpinionRequest.objects.filter(case=case, answered_at=None).values_list("unit_name", flat=True)
    return progress.Facts(
        state=state,
        received_at=case.received_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        delivered_at=case.delivered_at,
        granted=None if case.decision is None else case.decision != 2,
        notice_due=found.notice.shown if found.notice else "",
        correction_due=clock.show_due(notice.due) if notice else "",
        due=found.promised.shown if found.promised else "",
        overdue=row.light is not None and row.light.is_overdue and state in UNDECIDED,
        on_site=bool(terms.variables.get("inspection")),
        special="、".join(open_kinds),
        waiting_units=tuple(waiting) if state is State.CONSULTATION else (),
        rated=rated,
    )


def _special(one: SpecialProcedure) -> dict[str, Any]:
    return {
        "title": specials.KINDS[one.kind],
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "planned_days": one.planned_days,
        "result": one.result,
    }
