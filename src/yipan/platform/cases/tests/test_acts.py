"""What an act leaves behind, who may not do it, and how cases end."""

import pytest
import telling
from telling import Story

from yipan.platform import calendar, processes, records
from yipan.platform.cases.actions import decision, results, submission
from yipan.platform.cases.actions.core import CaseProblem, fingerprint
from yipan.platform.cases.domain.states import ENDED, State
from yipan.platform.cases.models import Case, OpinionRequest, Rating, SpecialProcedure
from yipan.platform.cases.stories import moment
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.licences.models import Licence
from yipan.platform.people.actions import absences
from yipan.platform.people.models import Agency, Holding, Post
from yipan.platform.processes import check
from yipan.platform.records import audit
from yipan.platform.records.models import ActRow, OutboxRow
from yipan.platform.records.queries import payload_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def refused(story, act, at, by, why, **step):
    """The act is refused with these words and leaves nothing behind."""
    before = (story.case.state, story.verbs(), OutboxRow.objects.count())
    with pytest.raises(Exception, match=why):
        story.do(act, at, by, **step)
    assert (story.case.state, story.verbs(), OutboxRow.objects.count()) == before


# -- records -----------------------------------------------------------------------------------------------------------
def test_every_transition_leaves_a_record_that_cannot_be_changed_in_silence():
    """Sheet 00 X1: who, unit, when, from, to, opinion, address, digests; sheet 22 a5: the time is the system's."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00")
    telling.at("2021-11-02 10:00")
    clerk = telling.signed_in("market.window1")
    task = processes.queries.open_task(story.subject)
    answer = clerk.post(
        f"/cases/{story.case.pk}/tasks/{task.pk}/complete/",
        {"outcome": "accept", "opinion": "同意受理。", "key": "k"},
        REMOTE_ADDR="10.44.7.3",
    )
    assert answer.status_code == 302
    act = next(row for row in story.acts() if row.verb == "case.accept")
    assert (act.actor_name, act.unit_name, act.post_name) == ("陈敏", "江门市蓬江区市场监督管理局", "受理审查岗")
    assert (act.from_state, act.to_state, act.at) == ("11", "14", moment("2021-11-02 10:00"))
    assert act.ip == "10.44.7.3"
    assert act.request_id
    assert len(bytes(act.payload_digest)) == len(bytes(act.prev)) == len(bytes(act.head)) == 32
    assert act.recorded_at > act.at  # the database's own clock stands beside the business time
    assert story.case.opinions.get().text == "同意受理。"
    assert [row.seq for row in story.acts()] == list(range(1, len(story.acts()) + 1))
    assert audit.verify().ok


def test_every_transition_keeps_what_the_case_was_before_and_after():
    """Sheet 00 X1: digests before and after; each act begins where the one before ended, the last is today's row."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    kept = [payload_of(row.pk) or {} for row in story.acts() if row.verb.startswith("case.") and row.from_state]
    pairs = [(one["fingerprint_before"], one["fingerprint_after"]) for one in kept]
    assert len(pairs) >= 2
    assert all(before != after for before, after in pairs)
    assert [after for _, after in pairs[:-1]] == [before for before, _ in pairs[1:]]
    assert pairs[-1][1] == fingerprint(Case.objects.get(pk=story.case.pk))


def test_an_illegal_transition_is_a_409_in_chinese_and_changes_nothing():
    """Sheet 00 X1."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    case = story.case
    asked = {"days": "3", "reason": "需要进一步核实有关情况"}
    clerk = telling.signed_in("market.examiner")
    assert clerk.post(f"/cases/{case.pk}/extension/", asked).status_code == 302
    before = ActRow.objects.count()
    answer = clerk.post(
        f"/cases/{case.pk}/special/", {"kind": "5", "planned_days": "5", "basis": "行政许可法第四十五条"}
    )
    assert answer.status_code == 409
    assert "办件现为“申请延期”，不能启动特别程序" in answer.content.decode()
    assert ActRow.objects.count() == before
    assert story.case.version == case.version + 1


@pytest.mark.parametrize(
    ("address", "posted", "told"),
    [
        ("special", {"kind": "x", "planned_days": "10", "basis": "第四十五条"}, "请选择特别程序的种类"),
        ("special", {"kind": "5", "planned_days": "1e9", "basis": "第四十五条"}, "计划用时应当为"),
        ("special", {"kind": "8", "planned_days": "10", "basis": "第四十五条"}, "实施清单没有规定“专家评审”"),
        ("special", {"kind": "5", "planned_days": "10", "basis": ""}, "请写明启动特别程序的依据条款"),
        ("extension", {"days": "abc", "reason": "需要进一步核实"}, "延期应当为 1 至"),
        ("extension", {"days": "3", "reason": ""}, "请写明延期的理由"),
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(address, posted, told):
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    answer = telling.signed_in("market.examiner").post(f"/cases/{story.case.pk}/{address}/", posted)
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert State(story.case.state) is State.EXAMINATION


# -- separation of duties ----------------------------------------------------------------------------------------------
def hold(login, post):
    """Somebody gets one more post."""
    person = telling.staff(login).person_id
    Holding.objects.create(
        person_id=person, post=Post.objects.get(key=post), kind="concurrent", valid_from="2021-01-01"
    )


@pytest.mark.parametrize("act", ["precheck", "examine", "conclude", "review"])
def test_who_worked_on_the_case_before_cannot_decide_it(act):
    """Sheet 22 b: 受审分离 and 审查 ≠ 决定, for each of the steps before."""
    who = telling.PEOPLE[act]
    hold(who, "market.decider")
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("review", "2021-11-03 10:00")
    refused(story, "decide", "2021-11-04 10:00", who, "职责分离")
    assert processes.queries.my_task(story.subject, telling.staff(who)) is None
    story.do("decide", "2021-11-04 10:00")
    assert State(story.case.state) is State.GRANTED


def test_nor_can_his_deputy_or_the_deputy_of_somebody_who_did():
    """Sheet 22 b with 00 X6: a deputy inherits every separation, from both sides."""
    examiner, decider, deputy = (telling.staff(f"market.{name}") for name in ("examiner", "decider", "deputy"))
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("review", "2021-11-03 10:00")
    # The examiner stands in for the decider: he himself has worked on the case.
    away(decider, examiner)
    refused(story, "decide", "2021-11-04 10:00", "market.examiner", "职责分离")
    # The decider is free; somebody who stands in for the examiner, who got the decider's post, is not.
    hold("market.examiner", "market.decider")
    away(examiner, deputy)
    refused(story, "decide", "2021-11-04 10:00", "market.deputy", "职责分离")


def away(who, deputy):
    absences.enter(
        person_id=who.person_id, deputy_id=deputy.person_id, begins=moment("2021-11-04 00:00").date(),
        ends=moment("2021-11-30 00:00").date(), reason="出差", actor=records.SYSTEM, at=moment("2021-11-04 08:00"),
    )  # fmt: skip


def test_a_deputy_decides_and_is_marked_as_one_everywhere():
    """Sheet 00 X6: 代 on opinion, act and sheet."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("review", "2021-11-03 10:00")
    away(telling.staff("market.decider"), telling.staff("market.deputy"))
    story.do("decide", "2021-11-04 10:00", "market.deputy")
    opinion = story.case.opinions.last()
    assert (opinion.person_name, opinion.deputy_for) == ("冯国梁", "区永康")
    act = next(row for row in story.acts() if row.verb == "case.grant")
    assert act.deputy_for_name == "区永康"
    story.until("deliver", "2021-11-05 10:00")
    assert "冯国梁（代 区永康）" in story.printed("approval_sheet")


def test_nobody_handles_his_own_application_nor_that_of_his_firm():
    """Sheet 22 b: an agent of the firm who works for the bureau, and the deputy of one."""
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    examiner, deputy = telling.staff("market.examiner"), telling.staff("market.deputy")
    entity = story.case.applicant_entity_id
    Agency.objects.create(
        entity_id=entity, person_id=examiner.person_id, valid_from="2021-01-01", granted_by="陈悦来",
        accepted_at=moment("2021-01-01 09:00"),
    )  # fmt: skip
    refused(story, "examine", "2021-11-04 10:00", "market.examiner", "职责分离.*就是申请人")
    assert processes.queries.my_task(story.subject, examiner) is None
    away(examiner, deputy)
    refused(story, "examine", "2021-11-04 10:00", "market.deputy", "职责分离")
    # It waits for somebody else of the unit.
    assert processes.queries.open_task(story.subject, act="examine") is not None


def test_an_extension_or_special_procedure_is_not_approved_by_its_asker_or_his_deputy():
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    hold("market.examiner", "market.decider")
    asked = {"days": 3, "reason": "需要进一步核实有关情况"}
    story.happen("extension.ask", "2021-11-04 09:00", by="market.examiner", data=asked)
    with pytest.raises(CaseProblem, match="不能是同一人"):
        story.happen("extension.approve", "2021-11-04 10:00", by="market.examiner")


# -- ends --------------------------------------------------------------------------------------------------------------
def test_a_withdrawal_ends_everything_that_was_open():
    """Sheet 22 row 90: before the decision, from any state, with a special procedure and a consultation open."""
    story = Story(online=True).submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    asked = {"kind": 5, "planned_days": 2, "basis": "《中华人民共和国行政许可法》第四十五条"}
    story.happen("special.ask", "2021-11-02 09:00", by="market.examiner", data=asked)
    story.happen("special.approve", "2021-11-02 10:00", by="market.reviewer")
    telling.at("2021-11-03 10:00")
    answer = telling.signed_in(telling.AGENT).post(f"{story.address}withdraw/", {"reason": "经营地址变更"})
    assert answer.status_code == 302
    case = story.case
    assert State(case.state) is State.WITHDRAWN
    assert (case.open_special, case.open_opinions) == (0, 0)
    assert not SpecialProcedure.objects.filter(case=case, ended_at=None).exists()
    assert not OpinionRequest.objects.filter(case=case, answered_at=None).exists()
    assert processes.queries.open_tasks(story.subject) == []
    telling.at("2021-11-20 00:00")
    assert run_sweeps("cases.overrun", "processes.timers") == 0
    assert check.verify() == []
    # Twice, or after the end, is a refusal in words.
    again = telling.signed_in(telling.AGENT).post(f"{story.address}withdraw/", {"reason": "再撤"}, follow=True)
    assert "不能撤回申请" in again.content.decode()


def test_after_the_decision_nothing_is_withdrawn():
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00").until("decide", "2021-11-03 10:00")
    with pytest.raises(Exception, match="不能撤回申请"):
        decision.withdraw(
            story.case.pk, reason="不办了", actor=telling.citizen(telling.AGENT), now=moment("2021-11-04 09:00")
        )
    with pytest.raises(Exception, match="不能终止办理"):
        decision.terminate(
            story.case.pk, reason="申请人已经注销登记", law="第三十一条", actor=telling.staff("market.decider"),
            now=moment("2021-11-04 09:00"),
        )  # fmt: skip


def test_no_correction_in_time_is_a_withdrawal():
    """Sheet 22 row 13 → 91."""
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "missing", "remedy": "请补交布局图", "material_code": "M4"}
    story.do("precheck", "2021-11-02 10:00", outcome="correct", data={"defects": [defect]})
    telling.at("2021-11-23 23:59")
    assert run_sweeps("processes.timers") == 0
    telling.at("2021-11-24 00:00")
    assert run_sweeps("processes.timers") == 1
    assert State(story.case.state) is State.DEEMED_WITHDRAWN
    assert story.told("case.deemed_withdrawn")
    # The same application may be made again at once.
    assert Story("noodle_second_shop", online=True, place=story.place).submit("2021-11-24 09:00").case.case_no


def test_an_instant_decision_records_every_step_with_its_own_act():
    """Sheet 22 c2: 14→20→30→40→42 within a day, each event for itself (公共场所卫生许可 by commitment)."""
    story = Story("salon_commitment").submit("2021-11-05 09:00")
    story.do("precheck", "2021-11-05 09:30", "health.window1").do("decide", "2021-11-05 10:00", "health.decider")
    story.do("produce", "2021-11-05 10:10", "health.producer").make_licence("2021-11-05 10:11")
    way = {"way": "counter", "receiver": "许慧琳"}
    story.do("deliver", "2021-11-05 10:20", "health.deliverer", data=way)
    states = [(row.from_state, row.to_state) for row in story.acts() if row.from_state != row.to_state]
    assert states == [
        ("", "10"), ("10", "11"), ("11", "14"), ("14", "20"), ("20", "30"), ("30", "40"), ("40", "41"), ("41", "42"),
        ("42", "50"),
    ]  # fmt: skip
    assert story.payload("grant")["on_time"] is True


def test_a_refusal_by_commitment_goes_through_the_decision_too():
    story = Story("salon_commitment").submit("2021-11-05 09:00").do("precheck", "2021-11-05 09:30", "health.window1")
    story.do(
        "decide", "2021-11-05 10:00", "health.decider", outcome="refuse", opinion="场所紧邻垃圾转运站，不符合选址要求",
        data={"facts": "现场与申请图件不一致", "law": "《公共场所卫生管理条例实施细则》第二十二条"},
    )  # fmt: skip
    states = [row.to_state for row in story.acts() if row.from_state != row.to_state]
    assert states[-4:] == ["20", "24", "31", "41"]


def test_a_grant_becomes_a_licence_in_the_same_chain():
    """Issue: 准予 → 证照; the chain names the number, the licence names the case, twice running makes one."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    story.make_licence("2021-11-03 10:01")
    licence = Licence.objects.get(subject_kind="case", subject_id=story.subject[1])
    assert story.case.licence_id == licence.pk
    assert story.payload("make_ready")["licence"] == licence.number
    assert story.verbs()[-3:] == ["grant", "produce", "make_ready"]
    results.issue_licence(story.case.pk, now=moment("2021-11-03 11:00"))
    assert Licence.objects.count() == 1
    assert story.verbs()[-1] == "make_ready"


# -- applying and rating -----------------------------------------------------------------------------------------------
def test_the_same_application_is_open_once_and_people_are_told_apart_by_the_person():
    """Sheet 22 c10 and pitfall f12: same applicant, item and object; a name is not an applicant."""
    first = Story("noodle_second_shop").submit("2021-11-01 09:00")
    with pytest.raises(CaseProblem, match="已有一件同样的申请正在办理"):
        Story("noodle_second_shop", place=first.place).submit("2021-11-01 10:00")
    assert Story("noodle_second_shop", place="胜利路99号").submit("2021-11-01 11:00").case.case_no
    twins = [
        Case.objects.create(
            item_code="x", item_key="x", item_title="x", item_version=1, unit_id=1, unit_key="x", unit_name="x",
            applicant_kind="person", applicant_name="张伟", applicant_person_id=person, state=State.RECEIVED,
            created_at=calendar.now(),
        )
        for person in (101, 102)
    ]  # fmt: skip
    assert len(twins) == 2


def test_a_second_click_gives_the_first_answer():
    story = Story("noodle_second_shop").begin("2021-11-01 09:00")
    actor = telling.staff("hall.clerk1")
    answers = [
        submission.submit(story.telling.case_id, key=key, actor=actor, now=moment("2021-11-01 09:10"))
        for key in ("k1", "k1", "k2")
    ]
    assert [answer.repeated for answer in answers] == [False, True, True]
    assert len({(a.case_no, a.short_no, a.query_code) for a in answers}) == 1
    assert story.verbs().count("submit") == 1
    assert len(story.letters("receipt")) == 1


def test_everything_that_is_missing_is_named_at_once():
    story = Story("noodle_second_shop").begin("2021-11-01 09:00")
    story.case.materials.filter(code__in=("M4", "M5")).update(source="")
    with pytest.raises(CaseProblem, match=r"还缺少材料：.*布局.*、.*目录"):
        story.submit("2021-11-01 09:10")
    assert State(story.case.state) is State.DRAFT


def test_a_service_is_rated_once_and_reported_once():
    """Issue 4: 好差评 once per service, after its end, by its applicant."""
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")
    agent = telling.citizen(telling.AGENT)
    rate = {"grade": 5, "labels": [], "text": "", "actor": agent, "now": moment("2021-11-04 10:00")}
    with pytest.raises(CaseProblem, match="办结后才能评价"):
        results.rate(story.case.pk, **rate)
    story.until("deliver", "2021-11-03 10:00")
    for grade in (0, 6):
        with pytest.raises(CaseProblem, match="请选择评价等级"):
            results.rate(story.case.pk, **rate | {"grade": grade})
    results.rate(story.case.pk, **rate)
    with pytest.raises(CaseProblem, match="已经评价过"):
        results.rate(story.case.pk, **rate | {"grade": 1})
    assert Rating.objects.get().grade == 5
    assert OutboxRow.objects.filter(channel="rating").count() == 1
    stranger = telling.signed_in(telling.CITIZEN | {"sub": "gd-0003", "name": "黄家俊", "id_no": "440703199003070013"})
    assert stranger.post(f"{story.address}rate/", {"grade": "1"}).status_code == 404


def test_electronic_service_needs_consent():
    """Sheet 22 c9: e-service only with consent (送达地址确认书); the act of submission keeps it."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").until("produce", "2021-11-03 10:00")
    story.make_licence("2021-11-03 10:01")
    way = {"way": "electronic", "receiver": "许慧琳"}
    with pytest.raises(CaseProblem, match="没有同意电子送达"):
        story.do("deliver", "2021-11-04 10:00", data=way)
    online = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")
    assert online.payload("submit")["e_service"] is True
    online.until("produce", "2021-11-03 10:00").make_licence("2021-11-03 10:01")
    online.do("deliver", "2021-11-04 10:00", data=way)
    assert State(online.case.state) in ENDED
    assert "电子送达" in online.printed("delivery")
