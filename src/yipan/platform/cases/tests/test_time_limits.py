"""The three clocks on real rows: stopped, silent, at the year's end, over a new version, after a corrected calendar."""

import datetime as dt
import re

import pytest
import telling
from telling import Story

from yipan.kernel.clock import Limit, Pause, due, parse_year, show_due
from yipan.platform import calendar, processes
from yipan.platform.calendar.actions import import_year
from yipan.platform.calendar.models import CalendarYear
from yipan.platform.cases import items, queries, work
from yipan.platform.cases.actions import clocks, examination
from yipan.platform.cases.domain.specials import SpecialRefused
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.lights import light_of
from yipan.platform.cases.listing import case_query, narrow
from yipan.platform.cases.models import Case, SpecialProcedure
from yipan.platform.cases.stories import moment
from yipan.platform.jobs.testing import run_sweeps
from yipan.platform.notices.models import Message
from yipan.platform.records import events
from yipan.platform.records.models import OutboxRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
TEST = {"kind": 5, "planned_days": 10, "basis": "《中华人民共和国行政许可法》第四十五条"}


def day(instant):
    return show_due(instant)


def accepted(at="2021-11-01 10:00", **more):
    return Story("noodle_second_shop", **more).submit("2021-11-01 09:00").do("precheck", at)


def with_test(story, begins, ends, **more):
    story.happen("special.ask", begins, by="market.examiner", data=TEST | more)
    story.happen("special.approve", begins, by="market.reviewer")
    if ends:
        story.happen("special.end", ends, by="market.examiner", data={"result": "检测合格"})
    return story


def test_a_test_stops_the_clock_and_the_page_shows_both_dates_and_why():
    """Sheet 22 h1: promise 8 working days from 2021-11-01, 检测 from 11-04 to 11-18, both days not counted."""
    story = accepted(online=True)
    assert day(story.case.promised_due) == "2021-11-11 24:00"
    with_test(story, "2021-11-04 10:00", "2021-11-18 16:00")
    assert day(story.case.promised_due) == "2021-11-26 24:00"
    page = telling.signed_in(telling.AGENT).get(f"/my/cases/{story.case.pk}/").content.decode()
    for words in ("2021-11-26 24:00", "不计暂停原为 2021-11-11 24:00", "检测：2021年11月4日至2021年11月18日暂停计时"):
        assert words in page, words
    counted = clocks.explained(story.case, items.terms(story.case)).promised.counted
    assert [f"{one:%m-%d}" for one in counted] == [
        "11-02", "11-03", "11-19", "11-22", "11-23", "11-24", "11-25", "11-26",
    ]  # fmt: skip


def test_tasks_of_the_process_stop_and_start_with_the_case():
    story = with_test(accepted(), "2021-11-04 10:00", None)
    assert State(story.case.state) is State.SPECIAL_PROCEDURE
    assert {task.due_at for task in processes.queries.open_tasks(story.subject)} == {None}
    assert light_of(story.case, moment("2021-11-10 10:00")).code == "paused"
    story.happen("special.end", "2021-11-08 10:00", by="market.examiner", data={"result": "检测合格"})
    assert None not in {task.due_at for task in processes.queries.open_tasks(story.subject)}


def test_silence_accepts_from_the_day_of_receipt():
    """Sheet 22 h2 and pitfall f1; a second sweep changes nothing."""
    story = Story().submit("2021-11-05 15:00")
    telling.at("2021-11-12 23:59")
    assert run_sweeps("processes.timers") == 0
    telling.at("2021-11-13 00:00")
    assert run_sweeps("processes.timers") == 1
    case = story.case
    assert (case.acceptance, case.accepted_at) == ("deemed", moment("2021-11-05 15:00"))
    assert day(case.legal_due) == "2021-12-03 24:00"
    assert State(case.state) is State.CONSULTATION  # examined at once, the second unit is asked
    alerts = story.told("case.deemed_accepted")
    assert {message.name for message in alerts} == {"钟雪芬", "陆景行"}  # the unit's administrator, 政数局's 效能监察岗
    assert OutboxRow.objects.filter(channel="yuezhengyi", subject_id__in=[str(m.pk) for m in alerts]).count() == 2
    before = (story.verbs(), Message.objects.count(), OutboxRow.objects.count())
    assert run_sweeps("processes.timers", "cases.overrun") == 0
    assert (story.verbs(), Message.objects.count(), OutboxRow.objects.count()) == before


def test_after_a_correction_silence_counts_from_the_corrected_materials():
    """Sheet 22 pitfall f1: the five days run from what was handed in last."""
    story = Story("noodle_second_shop").submit("2021-11-01 09:00")
    defect = {"subject": "设施目录", "kind": "unclear", "remedy": "请重新上传", "material_code": "M5"}
    story.do("precheck", "2021-11-02 10:00", outcome="correct", data={"defects": [defect]})
    story.replace("M5", "2021-11-10 10:00").do("correct", "2021-11-10 10:30")
    assert day(story.case.notice_due) == "2021-11-17 24:00"
    assert light_of(story.case, moment("2021-11-11 10:00")).code == "green"
    telling.at("2021-11-18 00:00")
    assert run_sweeps("processes.timers") == 1
    assert story.case.accepted_at == moment("2021-11-10 10:30")


def test_the_year_ends_on_a_saturday_that_is_worked():
    """Sheet 22 h5 and pitfall f2: legal limit 20 from 2021-12-31 ends on Saturday 2022-01-29, a make-up day."""
    for decided, in_time in (("2022-01-29 10:00", True), ("2022-01-30 00:00", False)):
        story = Story("noodle_second_shop").submit("2021-12-31 09:00").do("precheck", "2021-12-31 11:00")
        assert day(story.case.legal_due) == "2022-01-29 24:00"
        light = light_of(story.case, moment(decided))
        assert (light.code == "black") is not in_time
        story.until("decide", decided)
        assert story.payload("grant")["legally_on_time"] is in_time


def test_a_case_keeps_the_version_it_was_accepted_under():
    """Sheet 22 h6 and pitfall f4: the promise becomes 5 on 2021-11-10; both cases say which version counts."""
    # Handed in under version 1, both of them.
    before, after = (Story("noodle_second_shop").submit("2021-11-09 09:00") for _ in range(2))
    before.do("precheck", "2021-11-09 17:00")
    number = telling.promise(5, "2021-11-10")
    after.do("precheck", "2021-11-10 09:00")
    assert (before.case.accepted_version, day(before.case.promised_due)) == (1, "2021-11-19 24:00")
    assert (after.case.accepted_version, day(after.case.promised_due)) == (number, "2021-11-17 24:00")
    clerk = telling.signed_in("market.window1")
    for story, version in ((before, 1), (after, number)):
        assert f"第 {version} 版" in clerk.get(f"/cases/{story.case.pk}/").content.decode()


def test_a_limit_of_seven_days_reads_the_same_everywhere():
    """Sheet 00 S3: 7 working days from 2021-09-24 end on Saturday 2021-10-09, a make-up day, in list, message, letter
    and page alike; the first instant of the next day is late."""
    telling.promise(7, "2021-09-20")
    story = Story("noodle_second_shop", online=True).submit("2021-09-24 09:00").do("precheck", "2021-09-24 10:00")
    shown, late = "2021-10-09 24:00", moment("2021-10-10 00:00")
    assert story.case.promised_due == late
    assert shown in story.told("case.accepted")[-1].body
    assert shown in story.printed("acceptance")
    assert shown in telling.signed_in(telling.AGENT).get(story.address).content.decode()
    actor = telling.staff("market.window1")
    for now, overdue in ((late - dt.timedelta(seconds=1), False), (late, True)):
        calendar.set_clock(now, frozen=True)
        listed = case_query(actor).page({}, after=None, before=None, limit=20, order="due")
        assert [row.due for row in listed] == [late]
        assert listed[0].light.is_overdue is overdue
        assert narrow(queries.visible(actor), {"light": ("red",)}).count() == int(overdue)
    assert "2021-10-09" in telling.signed_in("market.window1").get("/cases/").content.decode()


@pytest.mark.parametrize(
    ("begins", "ends", "promised"),
    [
        ("2021-11-06 10:00", "2021-11-07 10:00", "2021-11-11 24:00"),  # a weekend: nothing to leave out
        ("2021-11-04 10:00", "2021-11-04 11:00", "2021-11-12 24:00"),  # an hour: its day is not counted
        ("2021-11-05 10:00", "2021-11-08 09:00", "2021-11-15 24:00"),  # over a weekend
    ],
)
def test_pauses_on_days_off_and_shorter_than_a_day(begins, ends, promised):
    """Sheet 22 pitfall f3."""
    assert day(with_test(accepted(), begins, ends).case.promised_due) == promised


def test_two_special_procedures_that_overlap_are_counted_once():
    """Sheet 22 pitfall f3; the clocks can be recomputed from the acts of the chain alone."""
    story = with_test(accepted(), "2021-11-03 10:00", None)
    with_test(story, "2021-11-05 10:00", None, kind=4)
    assert story.case.open_special == 2
    telling.at("2021-11-09 10:00")
    first, second = SpecialProcedure.objects.filter(case=story.case).order_by("id")
    examiner = telling.staff("market.examiner")
    examination.end_special_procedure(first.pk, result="检测合格", actor=examiner, now=calendar.now())
    assert State(story.case.state) is State.SPECIAL_PROCEDURE
    telling.at("2021-11-11 10:00")
    examination.end_special_procedure(second.pk, result="检验合格", actor=examiner, now=calendar.now())
    # 11-02, then 11-12 on: seven more days.
    assert day(story.case.promised_due) == "2021-11-22 24:00"
    acts = {row.verb: row for row in story.acts()}
    begun = [row.at for row in story.acts() if row.verb == "case.order_special_procedure"]
    ended = [row.at for row in story.acts() if row.verb == "case.end_special_procedure"]
    pauses = [Pause(*pair, "特别程序") for pair in zip(begun, ended, strict=True)]
    again = due(Limit(8), acts["case.accept"].at, pauses, (), calendar.current())
    assert again.at == story.case.promised_due


def test_a_special_procedure_ends_by_itself_with_its_plan_and_the_unit_is_told():
    """Sheet 22 c4: overrun restarts the clock."""
    story = with_test(accepted(), "2021-11-04 10:00", None, planned_days=2)
    planned = story.case.promised_due
    telling.at("2021-11-09 00:00")
    assert run_sweeps("cases.overrun") == 1
    assert run_sweeps("cases.overrun") == 0
    assert State(story.case.state) is State.EXAMINATION
    assert story.case.promised_due == planned
    assert [message.name for message in story.told("case.special_overrun")] == ["钟雪芬"]


def test_a_special_procedure_hides_no_lateness_and_needs_two_people():
    """Sheet 22 c4: not after the deadline, not approved by who asked."""
    story = accepted()
    with pytest.raises(SpecialRefused, match="已超过期限"):
        story.happen("special.ask", "2021-11-12 00:00", by="market.examiner", data=TEST)
    story.happen("special.ask", "2021-11-04 10:00", by="market.reviewer", data=TEST)
    with pytest.raises(SpecialRefused, match="不能是同一人"):
        story.happen("special.approve", "2021-11-04 11:00", by="market.reviewer")


def test_an_application_at_the_last_second_of_a_day_belongs_to_that_day():
    """Sheet 22 pitfall f5: Shanghai's day counts, not that of UTC."""
    last, first = (
        Story().submit("2021-11-05 23:59:59"),
        Story().submit("2021-11-06 00:00:00"),
    )
    assert [show_due(story.case.notice_due) for story in (last, first)] == ["2021-11-12 24:00", "2021-11-12 24:00"]
    assert [story.case.case_no[31:39] for story in (last, first)] == ["20211105", "20211106"]
    early = Story().submit("2021-11-08 00:30")
    assert show_due(early.case.notice_due) == "2021-11-15 24:00"


def test_a_corrected_calendar_moves_open_cases_with_a_record_and_a_message():
    """Sheet 22 pitfall f2 and d5: the change is logged, and a printed date becomes no later without notice."""
    story = accepted(online=True)
    ended = Story("noodle_second_shop").submit("2021-11-01 09:00").until("decide", "2021-11-02 10:00")
    kept = ended.case.promised_due
    year = CalendarYear.objects.filter(year=2021).latest("revision").data
    holiday = {"name": "临时放假", "off": ["2021-11-08", "2021-11-09"], "work": []}
    corrected = parse_year(year | {"holidays": [*year["holidays"], holiday]})
    telling.at("2021-11-05 10:00")
    import_year(corrected, actor=telling.staff("data.admin"), at=calendar.now(), reason="国务院办公厅临时通知")
    events.deliver()
    assert day(story.case.promised_due) == "2021-11-15 24:00"
    assert ended.case.promised_due == kept
    assert story.payload("recount")["promised_due"] == ["2021-11-11 24:00", "2021-11-15 24:00"]
    told = story.told("case.recounted")
    assert {message.name for message in told} == {"陈悦来", "李晓敏"}
    assert all("由 2021-11-11 24:00 变为 2021-11-15 24:00" in message.body for message in told)
    work.recount_clocks(None)
    assert story.verbs().count("recount") == 1
    assert len(story.told("case.recounted")) == len(told)


def test_an_extension_is_approved_by_another_person_and_told_with_its_reason():
    """Sheet 22 c3 (art. 42) and row 25: once, by the head, with the reason to the applicant."""
    story = Story(online=True).submit("2021-11-01 09:00").do("precheck", "2021-11-01 10:00")
    reason = "现场核查涉及多个部门，需要进一步核实"
    story.happen("extension.ask", "2021-11-08 10:00", by="market.examiner", data={"days": 10, "reason": reason})
    assert State(story.case.state) is State.EXTENSION
    story.do("consult", "2021-11-08 11:00")  # the second unit answers all the same
    assert State(story.case.state) is State.EXTENSION
    story.happen("extension.approve", "2021-11-09 10:00", by="market.decider")
    assert State(story.case.state) is State.EXAMINATION
    assert (day(story.case.promised_due), day(story.case.legal_due)) == ("2021-11-25 24:00", "2021-12-13 24:00")
    assert reason in story.told("case.extended")[0].body
    paper = story.printed("extension")
    for words in (reason, "10 个工作日", "2021-12-13 24:00", "区永康"):
        assert words in paper, words
    with pytest.raises(Exception, match="只允许延长一次"):
        story.happen("extension.ask", "2021-11-10 10:00", by="market.examiner", data={"days": 5, "reason": reason})


def test_texts_of_dates_are_never_computed_by_hand():
    """No year without a calendar: the act is refused and nothing is written."""
    story = Story("noodle_second_shop").submit("2026-12-24 09:00")
    with pytest.raises(Exception, match=re.compile("日历|2027")):
        story.do("precheck", "2026-12-28 10:00")
    assert Case.objects.get(pk=story.case.pk).state == State.RECEIVED
