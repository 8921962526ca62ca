"""差评整改: whoever handled a case answers for its bad rating: look into it, put it right, answer, call back.

The unit verifies within one working day and answers within fifteen; the citizen reads the answer and may rate once
more. Who handled the case may not verify his own bad rating. Nothing here touches the rating itself.
"""

from datetime import datetime

from django.urls import reverse

from yipan.platform import notices, people, processes, records

from ..models import Case, Opinion, Rating, Rectification
from . import clocks, messages
from .core import CaseProblem, Work, acting_persons, work_on

BAD = 2
VERIFY_DAYS, RECTIFY_DAYS = 1, 15
ERRAND = "case.bad_rating"
RIGHT = "case.rectify"


def open_for(rating: Rating, *, actor: records.Actor, now: datetime) -> Rectification | None:
    """A bad rating opens its rectification and stands in the to-do of the unit; inside the caller's transaction."""
    if rating.grade > BAD:
        return None
    case = rating.case
    made = Rectification.objects.create(
        rating=rating,
        case=case,
        opened_at=now,
        verify_due=clocks.working_days_after(now, VERIFY_DAYS),
        rectify_due=clocks.working_days_after(now, RECTIFY_DAYS),
    )
    work = Work(case, actor, now)
    _ask(work, made, "核实差评", made.verify_due)
    heads = [notices.Role("section_head", unit_id=case.unit_id)]
    messages.tell(case, heads, "case.bad_rating", now, due=made.rectify_due)
    return made


def _ask(work: Work, made: Rectification, what: str, due: datetime) -> None:
    processes.post_errand(
        ERRAND,
        made.pk,
        title=f"{what}：{work.case.item_title}",
        subtitle=made.rating.text[:100],
        url=reverse("cases:page", args=[work.case.pk]),
        to=[processes.errands.Right(RIGHT, work.case.unit_key)],
        excluded=frozenset(_handlers(work.case)),
        due=due,
        subject=("rating", work.case.pk),
        unit=work.case.unit_key,
        actor=work.actor,
        at=work.now,
    )


def _handlers(case: Case) -> set[int]:
    """Who wrote an opinion in the case: they do not judge what is said of their work."""
    found = Opinion.objects.filter(case=case, person_id__isnull=False).values_list("person_id", flat=True)
    return {person for person in found if person is not None}


def verify(case_id: int, *, genuine: bool, finding: str, actor: records.Actor, now: datetime) -> None:
    """Whether what is said is true, and what was found; an untrue one is closed with its evidence."""
    with work_on(case_id, actor, now) as work:
        made = _open(work)
        if made.verified_at is not None:
            raise CaseProblem(f"{made.verified_by}已经核实过这条差评。")
        if _handlers(work.case) & acting_persons(actor):
            raise CaseProblem("您办理过这件申请，不能核实对它的差评，请由他人核实。")
        if len(finding.strip()) < 6:
            raise CaseProblem("请写明核实情况；认为不实的，写明依据。")
        made.verified_at, made.verified_by = now, actor.name
        made.genuine, made.finding = genuine, finding.strip()
        made.save()
        _record(work, "case.verify_rating", finding.strip(), genuine=genuine)
        processes.close_errand(ERRAND, made.pk, actor=actor, at=now, outcome="已核实")
        _ask(work, made, "整改和答复差评", made.rectify_due)


def answer(case_id: int, *, text: str, actor: records.Actor, now: datetime) -> None:
    """What was put right, told to the citizen."""
    with work_on(case_id, actor, now) as work:
        made = _open(work)
        if made.verified_at is None:
            raise CaseProblem("请先核实差评，再填写整改和答复。")
        if len(text.strip()) < 10:
            raise CaseProblem("请写明整改措施和结果，至少 10 个字，会告知评价人。")
        made.answered_at, made.answered_by, made.answer = now, actor.name, text.strip()
        made.save()
        _record(work, "case.answer_rating", text.strip(), on_time=now < made.rectify_due)
        processes.close_errand(ERRAND, made.pk, actor=actor, at=now, outcome="已答复")
        messages.tell_applicant(work, "case.rating_answered", answer=text.strip())


def visit(case_id: int, *, text: str, actor: records.Actor, now: datetime) -> None:
    """回访: what the citizen says of the answer."""
    with work_on(case_id, actor, now) as work:
        people.require(actor, RIGHT, unit_id=work.case.unit_id)
        made = Rectification.objects.filter(case=work.case).first()
        if made is None or made.answered_at is None:
            raise CaseProblem("答复以后才能登记回访。")
        if made.visited_at is not None:
            raise CaseProblem("已经登记过回访。")
        if len(text.strip()) < 4:
            raise CaseProblem("请写明回访情况。")
        made.visited_at, made.visit = now, text.strip()
        made.save()
        _record(work, "case.revisit_rating", text.strip())


def rate_again(case_id: int, *, grade: int, actor: records.Actor, now: datetime) -> None:
    """The citizen's one follow-up rating, after the answer."""
    if grade not in (1, 2, 3, 4, 5):
        raise CaseProblem("请选择评价等级。")
    with work_on(case_id, actor, now) as work:
        made = Rectification.objects.select_for_update().filter(case=work.case).first()
        if made is None or made.answered_at is None:
            raise CaseProblem("办理单位答复以后，可以再评价一次。")
        if made.second_at is not None:
            raise CaseProblem("您已经再次评价过。")
        made.second_grade, made.second_at = grade, now
        made.save()
        _record(work, "case.rate_again", "", grade=grade)


def _open(work: Work) -> Rectification:
    people.require(work.actor, RIGHT, unit_id=work.case.unit_id)
    made = Rectification.objects.select_for_update().filter(case=work.case, answered_at=None).first()
    if made is None:
        raise CaseProblem("没有待整改的差评。")
    return made


def _record(work: Work, verb: str, reason: str, **payload: object) -> None:
    subject = ("case", str(work.case.pk))
    records.act(
        chain=subject, verb=verb, actor=work.actor, at=work.now, subject=subject, reason=reason, payload=payload
    )
