"""Reminders of limits: by the packs' rules, once per stage, to those who can still do something."""

import pytest
import telling
from telling import Story

from yipan.platform.cases.stories import moment
from yipan.platform.notices.models import Message, Reminded, ReminderRule
from yipan.platform.notices.reminding import moment_of, remind
from yipan.platform.records.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def at(text):
    telling.at(text)
    return remind()


def names(story, template):
    return [message.name for message in story.told(template)]


def test_a_limit_is_told_once_per_stage_however_often_the_worker_runs():
    """Sheet 00 X7: no duplicate on restart, by 站内信 and 粤政易; the later stage speaks for one that was missed."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    assert [at(f"2021-11-{day} 09:00") for day in ("02", "09")] == [0, 0]
    assert at("2021-11-10 08:29") == 0
    assert [at("2021-11-10 08:30"), at("2021-11-10 08:40"), remind()] == [1, 0, 0]
    # Those who can do the open tasks: 审查岗, and the two 核查岗.
    assert set(names(story, "case.promise_ends")) == {"李志强", "梁伟雄", "林佩珊"}
    assert [at("2021-11-11 09:00"), at("2021-11-11 17:00")] == [1, 0]
    assert len(story.told("case.promise_ends")) == 6
    messages = [str(message.pk) for message in story.told("case.promise_ends")]
    assert OutboxRow.objects.filter(channel="yuezhengyi", subject_id__in=messages).count() == 6
    # Over: the section's head and the administrator hear of it too; two days later once more.
    assert at("2021-11-12 09:00") == 1
    assert {"何建国", "钟雪芬"} <= set(names(story, "case.promise_broken"))
    assert [at("2021-11-15 09:00"), at("2021-11-16 09:00"), at("2021-11-30 09:00")] == [0, 1, 1]
    # Past the legal limit (2021-11-29) 政数局 is told.
    assert "陆景行" in names(story, "case.law_broken")
    assert "2021-11-29 24:00" in story.told("case.law_broken")[0].body
    assert at("2021-12-31 09:00") == 0


def test_a_limit_that_moves_is_another_limit_and_a_stopped_clock_is_silent():
    story = Story("noodle_second_shop").submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    assert at("2021-11-10 09:00") == 1
    asked = {"kind": 5, "planned_days": 5, "basis": "《中华人民共和国行政许可法》第四十五条"}
    story.happen("special.ask", "2021-11-10 10:00", by="market.examiner", data=asked)
    story.happen("special.approve", "2021-11-10 11:00", by="market.reviewer")
    assert [at("2021-11-11 09:00"), at("2021-11-15 09:00")] == [0, 0]
    story.happen("special.end", "2021-11-16 10:00", by="market.examiner", data={"result": "检测合格"})
    assert story.case.promised_due == moment("2021-11-19 00:00")
    assert [at("2021-11-17 09:00"), at("2021-11-17 10:00")] == [1, 0]


def test_the_applicant_is_told_before_his_correction_ends():
    story = Story("noodle_second_shop", online=True).submit("2021-11-01 09:00")
    defect = {"subject": "布局图", "kind": "missing", "remedy": "请补交布局图", "material_code": "M4"}
    story.do("precheck", "2021-11-02 10:00", outcome="correct", data={"defects": [defect]})
    assert [at("2021-11-18 09:00"), at("2021-11-19 09:00"), at("2021-11-22 09:00"), at("2021-11-23 09:00")] == [
        0, 1, 0, 1,
    ]  # fmt: skip
    assert set(names(story, "case.correction_ends")) == {"陈悦来", "李晓敏"}
    story.replace("M4", "2021-11-23 10:00").do("correct", "2021-11-23 10:10")
    # Now the unit owes an answer by 2021-11-30.
    assert [at("2021-11-24 09:00"), at("2021-11-29 09:00")] == [0, 1]
    assert set(names(story, "case.answer_owed")) == {"陈敏", "黄晓彤"}


def test_decided_cases_are_silent():
    Story("noodle_second_shop").submit("2021-11-01 09:00").until("decide", "2021-11-02 10:00")
    assert at("2021-11-11 09:00") == 0
    assert not Reminded.objects.exists()


def test_a_rule_of_a_pack_says_when():
    rule = ReminderRule.objects.get(key="case.promise_broken")
    assert (rule.offsets, rule.unit) == ([1, 3], "working_days")
    from yipan.platform import calendar

    due = moment("2021-10-01 00:00")  # the last day is 2021-09-30; National Day holidays follow
    assert moment_of(1, due, "working_days", calendar.current()) == moment("2021-10-08 08:30")
    assert moment_of(-1, due, "working_days", calendar.current()) == moment("2021-09-29 08:30")
    assert moment_of(-30, due, "calendar_days", calendar.current()) == moment("2021-08-31 08:30")
    assert Message.objects.count() == 0
