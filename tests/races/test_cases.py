"""Several people on one case at once, each on a connection of his own: one wins, the others are told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import telling
from django.db import connection, connections, transaction
from telling import Story

from yipan.kernel import identifiers
from yipan.platform import licences, processes, records
from yipan.platform.cases.actions import decision, examination, results, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.states import IllegalAct, State
from yipan.platform.cases.models import Case, SpecialProcedure
from yipan.platform.cases.stories import moment
from yipan.platform.licences.models import Licence
from yipan.platform.numbers.models import Number
from yipan.platform.people.models import Holding, Post
from yipan.platform.processes import check
from yipan.platform.records import audit
from yipan.platform.records.models import ActRow

pytestmark = pytest.mark.usefixtures("house")
NOW = moment("2021-11-05 10:00")


def at_once(*jobs):
    """Run the jobs at the same moment; answers or errors in order."""
    barrier = threading.Barrier(len(jobs))

    def run(job):
        try:
            connection.ensure_connection()
            barrier.wait(20)
            return job()
        except Exception as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def committed(job):
    """Prepare something that other connections can see."""
    (answer,) = at_once(lambda: _in_one(job))
    if isinstance(answer, Exception):
        raise answer
    return answer


def _in_one(job):
    with transaction.atomic():
        return job()


def drafts(count):
    return committed(lambda: [Story("noodle_second_shop").begin("2021-11-01 09:00") for _ in range(count)])


def errors(answers):
    return [str(answer) for answer in answers if isinstance(answer, Exception)]


def test_twenty_submissions_with_one_key_make_one_case():
    """Issue section 4: submitting is idempotent, also at the same moment."""
    (story,) = drafts(1)
    clerk = committed(lambda: telling.staff("hall.clerk1"))
    answers = at_once(
        *[lambda: submission.submit(story.telling.case_id, key="one", actor=clerk, now=NOW) for _ in range(20)]
    )
    assert errors(answers) == []
    assert len({(a.case_id, a.case_no, a.short_no, a.query_code) for a in answers}) == 1
    assert sorted(a.repeated for a in answers) == [False] + [True] * 19
    assert story.verbs().count("submit") == 1
    assert len(story.letters("receipt")) == 1
    assert len(processes.queries.running(story.subject)) == 1


def test_applications_of_one_moment_get_numbers_without_gap_or_twin():
    """Sheet 22 d1 and pitfall f9, for cases and for the papers of one unit and year."""
    stories = drafts(12)
    clerk = committed(lambda: telling.staff("hall.clerk1"))
    at = moment("2021-11-08 10:00")
    answers = at_once(
        *[
            lambda story=story: submission.submit(story.telling.case_id, key="k", actor=clerk, now=at)
            for story in stories
        ]
    )
    assert errors(answers) == []
    serials = sorted(answer.case_no[-4:] for answer in answers)
    assert serials == [f"{n:04d}" for n in range(1, 13)]
    assert len({answer.short_no for answer in answers}) == len({answer.query_code for answer in answers}) == 12
    papers = sorted(story.letters("receipt")[0].number for story in stories)
    first = int(papers[0][-7:-1])
    assert [int(number[-7:-1]) for number in papers] == list(range(first, first + 12))


def test_licences_of_one_moment_are_numbered_without_gap_and_never_again():
    """Sheet 22 pitfall f9: gapless per type; a cancelled number is not used again."""
    stories = committed(
        lambda: [Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-02 10:00")
                 for _ in range(5)]
    )  # fmt: skip
    assert errors(at_once(*[lambda s=s: results.issue_licence(s.telling.case_id, now=NOW) for s in stories * 2])) == []
    made = Licence.objects.filter(subject_id__in=[story.subject[1] for story in stories]).order_by("number")
    sequence = [int(licence.number[9:15]) for licence in made]
    assert sequence == list(range(sequence[0], sequence[0] + 5))
    assert all(identifiers.check_licence_number(licence.number).ok for licence in made)
    decider = committed(lambda: telling.staff("market.decider"))
    last = made.last()
    law = {"reason": "持证人申请注销许可", "law": "《中华人民共和国行政许可法》第七十条", "actor": decider, "at": NOW}
    committed(lambda: licences.change(last.pk, "cancel", **law))
    (again,) = committed(
        lambda: [Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-02 10:00")]
    )
    committed(lambda: results.issue_licence(again.telling.case_id, now=NOW))
    number = Licence.objects.get(subject_id=again.subject[1]).number
    assert int(number[9:15]) == sequence[-1] + 1
    assert Number.objects.filter(series__series="licence").count() == Licence.objects.count()


def to_decide(count):
    def make():
        hold = {"post": Post.objects.get(key="market.decider"), "kind": "concurrent", "valid_from": "2021-01-01"}
        Holding.objects.get_or_create(person_id=telling.staff("market.deputy").person_id, **hold)
        return [
            Story("noodle_second_shop").submit("2021-11-01 09:00").until("review", "2021-11-02 10:00")
            for _ in range(count)
        ]

    return committed(make)


def completing(story, actor, **more):
    task = processes.queries.open_task(story.subject).pk
    return lambda: processes.complete(task_id=task, actor=actor, now=NOW, **more)


def test_of_two_approvers_the_first_wins_and_the_second_is_told_who():
    """Sheet 00 X2: one decision, one letter, one number."""
    stories = to_decide(3)
    first, second = committed(lambda: (telling.staff("market.decider"), telling.staff("market.deputy")))
    refusal = {"facts": "现场与图纸不一致", "law": "《食品经营许可和备案管理办法》第十一条"}
    for story in stories:
        answers = at_once(
            completing(story, first, outcome="grant", opinion="同意，准予许可。"),
            completing(story, second, outcome="refuse", opinion="不符合许可条件", data=refusal),
        )
        (told,) = errors(answers)
        assert "已由区永康于" in told or "已由冯国梁于" in told, told
        decided = {"grant", "refuse"} & set(story.verbs())
        assert len(decided) == 1
        assert len(story.letters("grant") + story.letters("refusal")) == 1
        assert story.case.decision == (1 if decided == {"grant"} else 2)


def test_a_withdrawal_and_a_decision_at_once_leave_one_end():
    """Both lock the process before the case: neither dead-locks, whoever is second is told in words."""
    stories = to_decide(4)
    decider = committed(lambda: telling.staff("market.decider"))
    for story in stories:
        answers = at_once(
            completing(story, decider, outcome="grant", opinion="同意，准予许可。"),
            lambda s=story: decision.withdraw(s.telling.case_id, reason="不办了", actor=records.SYSTEM, now=NOW),
        )
        (problem,) = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(problem, (IllegalAct, processes.ProcessProblem)), repr(problem)
        assert State(story.case.state) in (State.WITHDRAWN, State.GRANTED)
        assert bool(processes.queries.running(story.subject)) is (State(story.case.state) is State.GRANTED)
    assert check.verify() == []


def test_two_approve_one_special_procedure():
    def make():
        story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
        asked = {"kind": 5, "planned_days": 5, "basis": "《中华人民共和国行政许可法》第四十五条"}
        story.happen("special.ask", "2021-11-02 09:00", by="market.examiner", data=asked)
        return story, telling.staff("market.reviewer"), telling.staff("market.decider")

    story, one, other = committed(make)
    proposal = story.case.special_proposals.get().pk
    answers = at_once(
        *[lambda who=who: examination.approve_special_procedure(proposal, actor=who, now=NOW) for who in (one, other)]
    )
    (told,) = errors(answers)
    assert "已经处理过这项申请" in told
    assert SpecialProcedure.objects.filter(case=story.case).count() == 1
    assert story.case.open_special == 1


def test_one_rating_of_many_clicks():
    refused = {
        "outcome": "refuse",
        "opinion": "申请事项依法不属于本机关职权范围",
        "data": {"law": "行政许可法第三十二条"},
    }
    story = committed(
        lambda: Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-02 10:00", **refused)
    )
    rate = {"grade": 5, "labels": [], "text": "", "actor": records.SYSTEM, "now": NOW}
    answers = at_once(*[lambda: results.rate(story.telling.case_id, **rate) for _ in range(10)])
    assert len(errors(answers)) == 9
    assert all(isinstance(answer, CaseProblem) for answer in answers if isinstance(answer, Exception))
    assert ActRow.objects.filter(verb="case.rate", subject_id=story.subject[1]).count() == 1


def test_after_all_races_the_chains_and_the_derived_rows_hold():
    assert Case.objects.exists()
    assert audit.verify().ok
    assert check.verify() == []
