"""The calendars of the product against the State Council's notices, day by day (sheet 00 §5.4, sheet 22 d5)."""

from datetime import date, timedelta

import pytest

from yipan.kernel import clock
from yipan.kernel.clock import CalendarMissing, Extension, Limit, Pause, due

from .test_clock import CALENDAR, WD, at

# Days off and make-up working days as the sheet lists them; a range with two months crosses the month's end.
NOTICES = {
    2021: (
        "01-01..03 02-11..17 04-03..05 05-01..05 06-12..14 09-19..21 10-01..07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01..03 01-31..02-06 04-03..05 04-30..05-04 06-03..05 09-10..12 10-01..07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "01-01..02 01-21..27 04-05 04-29..05-03 06-22..24 09-29..10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01 02-10..17 04-04..06 05-01..05 06-10 09-15..17 10-01..07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: ("01-01 01-28..02-04 04-04..06 05-01..05 05-31..06-02 10-01..08", "01-26 02-08 04-27 09-28 10-11"),
    2026: (
        "01-01..03 02-15..23 04-04..06 05-01..05 06-19..21 09-25..27 10-01..07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def listed(year: int, text: str) -> set[date]:
    days: set[date] = set()
    for part in text.split():
        first, _, last = part.partition("..")
        begin = date.fromisoformat(f"{year}-{first}")
        end = date.fromisoformat(f"{year}-{last if '-' in last else f'{first[:2]}-{last or first[3:]}'}")
        days |= {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
    return days


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year_is_as_the_notice_says(year: int):
    off, work = (listed(year, text) for text in NOTICES[year])
    for day in days_of(year):
        expected = day in work or (day.weekday() < 5 and day not in off)
        assert CALENDAR.is_working_day(day) is expected, day
        assert bool(CALENDAR.holiday_name(day)) is (day in off or day == date(2022, 12, 31)), day
        assert bool(CALENDAR.make_up_name(day)) is (day in work), day


@pytest.mark.parametrize(
    ("year", "days"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
)
def test_working_days_of_a_year(year: int, days: int):
    """Sheet 22 d5; the figure of 2026 follows from its notice."""
    assert CALENDAR.working_days_of(year) == days
    assert sum(CALENDAR.is_working_day(day) for day in days_of(year)) == days


def test_new_years_day_of_2023_begins_in_the_year_before():
    """The notice of 2023 gives 31 December 2022 (a Saturday) to the holiday."""
    assert CALENDAR.holiday_name(date(2022, 12, 31)) == "元旦"
    assert not CALENDAR.is_working_day(date(2022, 12, 31))


def test_every_year_names_the_notice_it_was_taken_from():
    assert [year.year for year in CALENDAR.years] == list(NOTICES)
    for year in CALENDAR.years:
        assert "国务院办公厅" in year.source
        assert year.published is not None
        assert year.published.year == year.year - 1
        assert not year.provisional


@pytest.mark.parametrize("day", ["2020-06-01", "2027-01-01", "1999-06-01"])
def test_a_year_without_calendar_is_refused_by_every_question(day: str):
    """Sheet 00 §5.4: refuse to compute, do not guess."""
    asked = date.fromisoformat(day)
    questions = (
        lambda: CALENDAR.is_working_day(asked),
        lambda: CALENDAR.next_working_day(asked),
        lambda: CALENDAR.add_working_days(asked, 1),
        lambda: CALENDAR.add_working_days(asked, -1),
        lambda: CALENDAR.working_days_between(asked, asked + timedelta(days=1)),
        lambda: CALENDAR.working_days_of(asked.year),
        lambda: due(Limit(0, WD), at(day), calendar=CALENDAR),
        lambda: due(Limit(1, WD), at(day), calendar=CALENDAR),
        lambda: due(Limit.until(asked, roll=True), at(day), calendar=CALENDAR),
        lambda: due(Limit(1, "calendar_days", roll=True), at(day) - timedelta(days=1), calendar=CALENDAR),
    )
    for question in questions:
        with pytest.raises(CalendarMissing, match=r"缺少 \d+ 年工作日历.*导入"):
            question()


def texts(result: clock.Due) -> list[str]:
    return [line.text for line in result.lines]


def test_each_unit_explains_its_date():
    """Every due date can say why it is what it is, in whatever unit the law counts."""
    assert texts(due(Limit(24, "hours"), at("2021-11-05 10:30"))) == [
        "2021-11-05 10:30 受理，即时起算",
        "期限：24 小时",
        "到期：2021-11-06 10:30",
    ]
    assert texts(due(Limit(10, "calendar_days"), at("2021-11-01"), event="收到材料")) == [
        "2021年11月1日（周一）收到材料，当日不计入，次日起算",
        "期限：10 日（自然日）",
        "计入 10 日：11月2日至11日",
        "到期：2021-11-11 24:00",
    ]
    assert texts(due(Limit(1, "months"), at("2021-08-31")))[1:] == [
        "期限：1 个月",
        "计入 30 日：9月1日至30日",
        "到期：2021-09-30 24:00",
    ]
    assert texts(due(Limit.until(date(2021, 12, 25)), at("2021-11-01"), calendar=CALENDAR)) == [
        "期限：2021-12-25 前",
        "到期：2021-12-25 24:00",
    ]
    assert texts(due(Limit.until(date(2021, 12, 25), roll=True), at("2021-11-01"), calendar=CALENDAR)) == [
        "期限：2021-12-25 前",
        "末日 2021-12-25 为休息日，顺延至其后第一个工作日",
        "到期：2021-12-27 24:00",
    ]


def test_two_pauses_and_an_extension_in_one_explanation():
    """Both pauses overlap: what they leave out is said, and counted, once."""
    pauses = [Pause(at("2021-11-04"), at("2021-11-12"), "检测"), Pause(at("2021-11-10"), at("2021-11-18"), "专家评审")]
    result = due(Limit(8, WD), at("2021-11-01"), pauses, [Extension(3, WD, "情况复杂", "区局负责人")], CALENDAR)
    assert texts(result) == [
        "2021年11月1日（周一）受理，当日不计入，次日起算",
        "期限：8 个工作日",
        "计入 11 个工作日：11月2日至3日、11月19日、11月22日至26日、11月29日至12月1日",
        "周末 11月6日至7日、11月13日至14日、11月20日至21日、11月27日至28日，8 天不计入",
        "检测、专家评审：2021年11月4日至2021年11月18日暂停计时（起止当日均不计入），扣除 11 个工作日",
        "经区局负责人批准延长 3 个工作日，理由：情况复杂",
        "到期：2021-12-01 24:00",
    ]


def test_a_pause_in_hours_is_explained_to_the_minute():
    pauses = [Pause(at("2021-11-05 12:00"), at("2021-11-05 14:00"), "等待申请人")]
    assert texts(due(Limit(24, "hours"), at("2021-11-05 10:30"), pauses))[2:] == [
        "等待申请人：2021-11-05 12:00 至 2021-11-05 14:00 暂停计时，不计入",
        "到期：2021-11-06 12:30",
    ]
    running = due(Limit(24, "hours"), at("2021-11-05 10:30"), [Pause(at("2021-11-05 12:00"))])
    assert texts(running)[2] == "暂停：2021-11-05 12:00 至今未恢复 暂停计时，不计入"
    later = due(Limit(1, "hours"), at("2021-11-05 10:30"), [Pause(at("2021-11-05 12:00"))])
    assert len(texts(later)) == 3, "a pause after the end took nothing"
