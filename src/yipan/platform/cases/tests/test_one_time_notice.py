"""收件 and 补正 on real rows: no receipt without paper, one notice, a second one only as an approved exception."""

import datetime as dt

import pytest
import telling
from telling import Story

from yipan.platform import numbers, processes
from yipan.platform.cases import figures, queries
from yipan.platform.cases.actions import exceptions
from yipan.platform.cases.actions.core import CaseProblem
from yipan.platform.cases.domain.corrections import NoticeRefused
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import CorrectionException, CorrectionNotice
from yipan.platform.cases.stories import moment
from yipan.platform.records.rights import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
LAYOUT = {"subject": "布局流程图", "kind": "unclear", "remedy": "请重新上传清晰的布局图", "material_code": "M4"}
LIST = {"subject": "设施目录", "kind": "missing", "remedy": "请补充消毒设施", "material_code": "M5"}
RULES = {"subject": "食品安全规章制度", "kind": "missing", "remedy": "请补充进货查验制度", "material_code": "M6"}
WHY = "首次核对时系统故障，制度文件无法打开"
YEAR = moment("2021-01-01 00:00"), moment("2022-01-01 00:00")


def told(*defects, **more):
    story = Story("noodle_second_shop", **more).submit("2021-11-01 09:00")
    return story.do("precheck", "2021-11-02 10:00", outcome="correct", data={"defects": list(defects)})


def mended(story, *codes):
    for code in codes:
        story.replace(code, "2021-11-03 09:00")
    return story.do("correct", "2021-11-03 10:00")


def again(story, *defects):
    return story.do("precheck", "2021-11-04 10:00", outcome="correct", data={"defects": list(defects)})


def ask(story, who="market.window1"):
    at = moment("2021-11-04 09:00")
    return exceptions.request(story.case.pk, reason=WHY, actor=telling.staff(who), now=at)


def decide(exception, who, approve=True):
    exceptions.decide(exception.pk, approve=approve, actor=telling.staff(who), now=moment("2021-11-04 09:30"))


def test_a_second_notice_on_what_was_there_at_first_needs_an_approved_exception():
    """Sheet 22 h3: blocked unless an exception is approved; 二次告知率 rises by one."""
    story = mended(told(LAYOUT, LIST), "M4", "M5")
    assert figures.second_notices(*YEAR) == figures.Share(0, 1)
    with pytest.raises(NoticeRefused, match="“食品安全规章制度”在首次提交时就已存在"):
        again(story, RULES)
    exception = ask(story)
    with pytest.raises(NoticeRefused):  # asked for is not approved
        again(story, RULES)
    with pytest.raises(Refused):
        decide(exception, "market.window1")
    decide(exception, "market.reviewer")
    again(story, RULES)
    assert State(story.case.state) is State.CORRECTION
    notice = CorrectionNotice.objects.filter(case=story.case).latest("id")
    assert (notice.exception, notice.exception_reason) == (exception, WHY)
    assert story.payload("notify_correction")["exception"] is True
    assert figures.second_notices(*YEAR) == figures.Share(1, 1)
    assert figures.second_notices(YEAR[1], YEAR[1] + dt.timedelta(days=1)).rate == 0


def test_an_exception_waits_in_the_to_do_of_those_who_may_approve_it():
    story = mended(told(LAYOUT), "M4")
    ask(story)
    assert waiting("market.reviewer") == [f"申请再次告知：{WHY}"]
    assert waiting("market.window1") == waiting("health.reviewer") == []
    story.do("precheck", "2021-11-04 10:00")  # accepted: nothing needs to be told again
    assert waiting("market.reviewer") == []
    assert CorrectionException.objects.get(case=story.case).approved is False


def waiting(login):
    lines = processes.queries.todo(telling.staff(login)).lines
    return [line.subtitle for line in lines if line.task_name == "case.exception"]


def test_an_exception_serves_for_one_notice():
    story = mended(told(LAYOUT), "M4")
    decide(ask(story), "market.reviewer")
    again(story, RULES)
    story.replace("M6", "2021-11-05 09:00").do("correct", "2021-11-05 10:00")
    with pytest.raises(NoticeRefused):
        story.do("precheck", "2021-11-08 10:00", outcome="correct", data={"defects": [LIST]})


def test_an_exception_that_was_not_approved_opens_nothing():
    story = mended(told(LAYOUT), "M4")
    exception = ask(story)
    decide(exception, "market.reviewer", approve=False)
    with pytest.raises(NoticeRefused):
        again(story, RULES)
    with pytest.raises(CaseProblem, match="何建国已经处理过"):
        decide(exception, "market.decider")


def test_nobody_approves_his_own_exception_nor_does_his_deputy(monkeypatch):
    story = mended(told(LAYOUT), "M4")
    exception = ask(story)
    CorrectionException.objects.update(requested_by_id=telling.staff("market.reviewer").person_id)
    with pytest.raises(CaseProblem, match="不能是同一人"):
        decide(exception, "market.reviewer")


def test_a_new_defect_of_a_corrected_material_is_told_without_an_exception():
    story = mended(told(LAYOUT), "M4")
    again(story, LAYOUT | {"kind": "inconsistent", "remedy": "布局图与设施目录不一致"})
    assert figures.second_notices(*YEAR) == figures.Share(0, 1)


def test_a_correction_that_leaves_something_out_is_not_taken():
    story = told(LAYOUT, LIST)
    story.replace("M4", "2021-11-03 09:00")
    with pytest.raises(CaseProblem, match="还没有补正：设施目录"):
        story.do("correct", "2021-11-03 10:00")
    assert State(story.case.state) is State.CORRECTION


def test_a_defect_of_the_form_is_mended_by_filling_it_in_anew():
    form = {
        "subject": "食品经营许可申请书",
        "kind": "inconsistent",
        "remedy": "面积与布局图不一致",
        "material_code": "M1",
    }
    story = told(form)
    with pytest.raises(CaseProblem, match="还没有补正：食品经营许可申请书"):
        story.do("correct", "2021-11-03 10:00")
    page = telling.signed_in("hall.clerk1").get(f"/counter/cases/{story.case.pk}/materials/").content.decode()
    assert f"/counter/cases/{story.case.pk}/form/" in page
    story.fill("2021-11-03 11:00", area="50").do("correct", "2021-11-03 11:30")
    assert State(story.case.state) is State.RECEIVED


def test_the_window_hands_a_correction_in_for_the_client():
    story = told(LAYOUT)
    story.replace("M4", "2021-11-03 09:00")
    clerk = telling.signed_in("hall.clerk1")
    page = clerk.get(f"/counter/cases/{story.case.pk}/materials/").content.decode()
    address = f"/counter/cases/{story.case.pk}/correct/"
    assert f'action="{address}"' in page
    assert clerk.post(address).status_code == 302
    assert State(story.case.state) is State.RECEIVED


def test_every_receipt_is_a_numbered_paper_with_a_code_to_ask_with():
    """Sheet 22 pitfall f14 and c9: national number, a short one to say, query code, QR, list of what was handed in."""
    story = Story().submit("2021-11-01 09:12")
    case = story.case
    assert len(case.case_no) == 43
    assert case.case_no.startswith(f"{case.item_code[:31]}20211101")
    assert numbers.normalise_short(case.short_no) == case.short_no
    assert len(case.short_no) == 9
    (receipt,) = story.letters("receipt")
    assert receipt.number == "蓬市监收字〔2021〕第000001号"
    paper = story.printed("receipt")
    for words in (
        receipt.number, case.case_no, case.short_no, case.query_code, "2021-11-01 09:12", "综窗人员", "扫码查询进度",
        "食品经营设备设施目录", "窗口扫描", "五个工作日内一次告知", "原件核对后退还申请人", "12345",
    ):  # fmt: skip
        assert words in paper, words
    spoken = f"{case.short_no[:3]} {case.short_no[3:6]} {case.short_no[6:]}"
    assert queries.by_code(spoken, case.query_code.lower()) == case
    assert queries.by_code(case.short_no, "WRONG234") is None
    assert queries.by_code(case.short_no, "") is None


def test_the_notice_says_everything_the_law_wants_told():
    """Sheet 22 c9: all defects, deadline, contact, consequence."""
    story = told(LAYOUT, LIST)
    paper = story.printed("correction")
    for words in (
        "蓬市监补字〔2021〕第000001号", "布局流程图", "不清晰", "请重新上传清晰的布局图", "设施目录", "缺失",
        "请补充消毒设施", "2021-11-23 24:00", "逾期未补正", "12345", "第三十二条",
    ):  # fmt: skip
        assert words in paper, words
