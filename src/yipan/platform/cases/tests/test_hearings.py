"""听证 (行政许可法 art. 46-48, sheet 22 c3, c9): the right, its days, the date, who presides, record and decision."""

from datetime import timedelta

import pytest
import telling
from any_item import CLERK, answers_of, drafted, heard, officer, step

from yipan.platform import files, processes, records
from yipan.platform.cases import items, queries
from yipan.platform.cases.actions import decision, examination, hearings, submission
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.actions.hearings import HearingRefused
from yipan.platform.cases.domain.hearings import Plan
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import Case, Hearing, SpecialProcedure
from yipan.platform.cases.stories import moment
from yipan.platform.catalogue import queries as catalogue
from yipan.platform.documents.models import Document
from yipan.platform.jobs.testing import run_jobs, run_sweeps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
KEY = "entertainment_venue"
NOON = "2022-12-05 12:00"
LATER = moment("2022-12-16 10:00")
TEXT = "审查人员陈述意见和理由，申请人陈述隔音措施，业主代表要求控制营业时间。"


@pytest.fixture
def case():
    """In examination, its papers looked at by the examiner."""
    telling.at(NOON)
    now = moment(NOON)
    item = catalogue.item_at(KEY, now).item
    made = drafted(item, answers_of(item, False), now)
    with records.simulated():
        submission.submit(made.pk, key="k", actor=telling.staff(CLERK), now=now)
    while (task := next(iter(processes.queries.open_tasks(("case", str(made.pk)))))).act != "conclude":
        step(made, task, now)
    return Case.objects.get(pk=made.pk)


def examiner(case):
    return telling.staff(officer(case.unit_key, "examine"))


def informed(case, *, interested=""):
    hearings.inform(case.pk, interested=interested, actor=examiner(case), now=moment(NOON))


def asked(case, *, at=NOON, by="蓬江花园业主委员会"):
    return hearings.ask(case.pk, by=by, reason="担心夜间噪声扰民", actor=examiner(case), now=moment(at))


def plan(case, *, at=LATER, host=None, public=True):
    hosts = [person for person, _name in hearings.hosts(case.unit_key, moment(NOON))]
    host = host or next(person for person in hosts if person != examiner(case).person_id)
    return Plan(at, "行政服务中心三楼", host, public)


def scheduled(case, *, now=NOON, why="", **told):
    return hearings.schedule(case.pk, plan(case, **told), actor=examiner(case), now=moment(now), why=why)


def held(case, at=LATER, **told):
    told = {"present": "申请人、业主代表、审查人员", "text": TEXT, "signature": "signed"} | told
    return hearings.hold(case.pk, **told, actor=examiner(case), now=at)


def letters(case):
    return list(case.documents.values_list("kind", flat=True))


def test_who_was_told_asks_within_five_working_days_and_the_clock_stops_until_the_record(case):
    informed(case, interested="蓬江花园业主委员会")
    assert Hearing.objects.get(case=case).ask_until == moment("2022-12-13 00:00"), "the end of the fifth working day"
    due = Case.objects.get(pk=case.pk).promised_due
    asked(case, at="2022-12-07 09:00")
    running = Case.objects.get(pk=case.pk)
    assert (running.state, running.promised_due > due) == (State.SPECIAL_PROCEDURE, True)
    scheduled(case, now="2022-12-07 10:00", at=moment("2022-12-20 09:30"))
    held(case, moment("2022-12-20 11:00"))
    over = Case.objects.get(pk=case.pk)
    assert (over.state, over.open_special) == (State.EXAMINATION, 0)
    stopped = SpecialProcedure.objects.get(case=case)
    assert (stopped.started_at, stopped.ended_at) == (moment("2022-12-07 09:00"), moment("2022-12-20 11:00"))
    assert {"hearing_right", "special", "hearing_notice", "hearing_record"} <= set(letters(case))


def test_too_late_is_refused_and_unasked_it_ends_by_itself(case):
    informed(case)
    with pytest.raises(CaseProblem, match="申请听证的期限已于"):
        asked(case, at="2022-12-13 00:00")
    telling.at("2022-12-13 00:00")
    run_sweeps("cases.hearings")
    assert Hearing.objects.get(case=case).outcome == "期满无人申请听证"
    assert Case.objects.get(pk=case.pk).state == State.EXAMINATION


def test_nothing_is_concluded_while_the_right_may_be_used(case):
    informed(case)
    (task,) = processes.queries.open_tasks(("case", str(case.pk)))
    with pytest.raises(CaseProblem, match=r"申请期限到 .* 届满"):
        step(case, task, moment(NOON))
    with pytest.raises(CaseProblem, match=r"申请期限到 .* 届满"):
        decision.request_extension(case.pk, days=5, reason="案情复杂需要延长", actor=examiner(case), now=moment(NOON))
    hearings.waive(case.pk, actor=examiner(case), now=moment(NOON))
    with pytest.raises(CaseProblem, match="没有可以申请或者放弃"):
        hearings.waive(case.pk, actor=examiner(case), now=moment(NOON))
    step(case, task, moment(NOON))
    assert Case.objects.get(pk=case.pk).state == State.REVIEW


def test_an_applicant_cannot_waive_for_interested_parties(case):
    informed(case, interested="蓬江花园业主委员会")
    with pytest.raises(CaseProblem, match="利害关系人仍可以"):
        hearings.waive(case.pk, actor=examiner(case), now=moment(NOON))


@pytest.mark.parametrize(("told", "field"), [
    ({"at": moment("2022-12-14 09:00")}, "at"),
    ({"at": moment("2023-02-01 09:00")}, "at"),
    ({"public": False}, "reason"),
])  # fmt: skip
def test_what_is_wrong_with_a_plan_is_named(case, told, field):
    """Seven working days of notice, held within twenty of being asked for, public unless there is a reason."""
    informed(case)
    asked(case)
    with pytest.raises(HearingRefused) as refused:
        scheduled(case, **told)
    assert set(refused.value.faults) == {field}


def test_who_examined_does_not_preside(case):
    informed(case)
    asked(case)
    with pytest.raises(HearingRefused, match="审查过本申请的人员不能主持"):
        scheduled(case, host=examiner(case).person_id)
    with pytest.raises(HearingRefused, match="本单位在岗人员"):
        scheduled(case, host=telling.staff("market.decider").person_id)


def test_another_date_needs_a_reason_and_a_notice_of_its_own(case):
    informed(case)
    asked(case)
    scheduled(case)
    with pytest.raises(HearingRefused, match="改期的"):
        scheduled(case, at=moment("2022-12-20 09:00"))
    scheduled(case, at=moment("2022-12-20 09:00"), why="申请人因病不能参加")
    assert letters(case).count("hearing_notice") == 2


def test_the_record_is_written_after_it_was_held_and_says_who_refused_to_sign(case):
    informed(case)
    asked(case)
    with pytest.raises(CaseProblem, match="还没有发出听证通知书"):
        held(case)
    scheduled(case)
    with pytest.raises(CaseProblem, match="现在还不能记录"):
        held(case, LATER - timedelta(minutes=1))
    with pytest.raises(HearingRefused) as refused:
        held(case, text="无", signature="refused")
    assert set(refused.value.faults) == {"text", "refusal"}
    held(case, signature="refused", refusal="业主代表看过后拒绝签字")
    run_jobs()
    for kind, words in (
        ("hearing_right", "要求听证的权利"),
        ("hearing_notice", "行政服务中心三楼"),
        ("hearing_record", "业主代表看过后拒绝签字"),
    ):
        assert words in printed(case, kind)
    assert TEXT in printed(case, "hearing_record")


def printed(case, kind):
    paper = Document.objects.get(pk=case.documents.get(kind=kind).document_id)
    assert paper.draft_file_id is not None, paper.last_error
    return telling.text_of(files.read(paper.draft_file_id, ("document", paper.pk)))


def test_what_the_law_orders_is_held_before_the_licence_and_quoted_in_it(case):
    """娱乐场所: the special procedure of this kind ends with its record only."""
    now = moment(NOON)
    examination.propose_special_procedure(
        case.pk, kind=items.HEARING, planned_days=20, basis="《娱乐场所管理条例》第十条", actor=examiner(case), now=now
    )
    reviewer = telling.staff(officer(case.unit_key, "review"))
    begun = examination.approve_special_procedure(
        case.special_proposals.get(decided_at=None).pk, actor=reviewer, now=now
    )
    with pytest.raises(CaseProblem, match="还没有举行"):
        examination.end_special_procedure(begun.pk, result="已完成", actor=examiner(case), now=now)
    now = heard(case, now)
    for task in iter(lambda: next(iter(processes.queries.open_tasks(("case", str(case.pk))))), None):
        if task.act == "produce":
            break
        step(case, task, now)
    number = Hearing.objects.get(case=case).record_number
    assert "听录字" in number
    run_jobs()
    assert f"本决定根据《听证笔录》（{number}）作出" in printed(case, "grant")


def test_it_is_done_on_screen_and_announced_to_everybody(case):
    telling.at(NOON)
    browser, where = telling.signed_in(officer(case.unit_key, "examine")), f"/cases/{case.pk}/hearing/"
    assert "告知听证权利" in browser.get(f"/cases/{case.pk}/").content.decode()
    assert browser.post(where, {"hearing": "inform", "interested": "业主委员会"}).status_code == 302
    assert browser.post(where, {"hearing": "ask", "by": "业主委员会", "reason": "担心夜间噪声"}).status_code == 302
    host = plan(case).host_id
    told = {"hearing": "schedule", "at": "2022-12-13T09:00", "place": "三楼会议室", "host": host, "public": "1"}
    answer = browser.post(where, told)
    assert (answer.status_code, "最早可以定在" in answer.content.decode()) == (409, True)
    assert browser.post(where, told | {"at": "2022-12-16T10:00"}).status_code == 302
    (row,) = queries.public_hearings(moment(NOON))
    assert (row.place, row.at) == ("三楼会议室", LATER)
    assert "三楼会议室" in browser.get("/hearings/").content.decode()
    assert telling.signed_in("market.examiner").post(where, told).status_code == 404
    telling.at("2022-12-16 11:00")
    assert "生成听证笔录" in browser.get(f"/cases/{case.pk}/").content.decode()
    done = {"hearing": "hold", "present": "各方", "text": TEXT, "signature": "signed"}
    assert browser.post(where, done).status_code == 302


def test_the_case_that_ends_ends_its_hearing(case):
    informed(case)
    asked(case)
    decision.withdraw(case.pk, reason="不再经营", actor=telling.staff(CLERK), now=moment(NOON))
    assert Hearing.objects.get(case=case).outcome == "办件已经结束"
