"""The clock on the vectors and scenarios of sheets 00 §5.4 and 22 (c3, c4, d5, h1, h2, h5, h6)."""

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

import yipan
from yipan.kernel import clock
from yipan.kernel.clock import (
    Calendar,
    CalendarMissing,
    ClockEvent,
    Extension,
    Limit,
    Pause,
    SpecialProcedure,
    Thresholds,
    due,
    light,
    midnight,
    remaining,
)
from yipan.kernel.packs import PackError

FOLDER = Path(yipan.__file__).parent / "packs" / "core" / "calendars"
CALENDAR = clock.read_calendar(sorted(FOLDER.glob("*.yaml")))
WD = "working_days"


def at(text: str) -> datetime:
    """An instant in Shanghai from `2021-11-01` (10:00) or `2021-11-01 23:59:59`."""
    if len(text) == 10:
        text += " 10:00"
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def last(start: str, amount: int, unit=WD, **more) -> date:
    result = due(Limit(amount, unit), at(start), calendar=CALENDAR, **more)
    assert result.last_day is not None
    return result.last_day


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2021-09-24", 7, "2021-10-09"),
        ("2021-10-28", 7, "2021-11-08"),
        ("2022-01-26", 7, "2022-02-09"),
        ("2021-12-30", 7, "2022-01-11"),
        ("2022-09-30", 7, "2022-10-14"),
        ("2023-04-28", 7, "2023-05-11"),
        ("2025-09-26", 7, "2025-10-13"),
        ("2022-01-26", 3, "2022-01-29"),
        ("2021-09-27", 5, "2021-10-09"),
        ("2021-09-27", 20, "2021-10-29"),
        ("2021-10-08", 1, "2021-10-09"),
        ("2021-11-01", 20, "2021-11-29"),
        ("2021-12-31", 20, "2022-01-29"),
        ("2022-01-28", 3, "2022-02-07"),
        ("2022-01-28", 20, "2022-03-02"),
    ],
)
def test_working_day_vectors(start: str, amount: int, expected: str):
    """Sheet 00 §5.4 and sheet 22 d5."""
    assert last(start, amount) == date.fromisoformat(expected)


def test_last_day_ends_at_24():
    """Sheet 00 S3: due 2021-10-09 24:00, late from 2021-10-10 00:00."""
    result = due(Limit(7, WD), at("2021-09-24"), calendar=CALENDAR)
    assert result.shown == "2021-10-09 24:00"
    assert result.at == midnight(date(2021, 10, 10))
    assert not result.is_late(at("2021-10-09 23:59:59"))
    assert result.is_late(at("2021-10-10 00:00"))
    # the same instants as a server in UTC stores them
    assert not result.is_late(datetime(2021, 10, 9, 15, 59, 59, tzinfo=UTC))
    assert result.is_late(datetime(2021, 10, 9, 16, 0, tzinfo=UTC))


def test_the_day_of_the_event_is_shanghais():
    """Sheet 22 f5: 23:59:59 and a server in UTC: 2021-10-31 16:30 UTC is 1 November in Shanghai."""
    result = due(Limit(1, WD), datetime(2021, 10, 31, 16, 30, tzinfo=UTC), calendar=CALENDAR)
    assert result.last_day == date(2021, 11, 2)
    assert last("2021-11-01 23:59:59", 1) == date(2021, 11, 2)
    assert last("2021-11-01 00:00", 1) == date(2021, 11, 2)


def test_the_written_date_of_an_instant_is_shanghais():
    assert clock.show_date(datetime(2021, 10, 31, 16, 30, tzinfo=UTC), weekday=True) == "2021年11月1日（周一）"


def test_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="时区"):
        due(Limit(1, WD), datetime(2021, 11, 1), calendar=CALENDAR)  # noqa: DTZ001


def test_missing_year_is_refused():
    with pytest.raises(CalendarMissing, match="2027") as caught:
        last("2026-12-30", 5)
    assert caught.value.year == 2027
    assert last("2026-12-28", 3) == date(2026, 12, 31)
    with pytest.raises(CalendarMissing):
        CALENDAR.working_days_between(date(2020, 12, 31), date(2021, 1, 4))
    assert last("2026-12-30", 5, "calendar_days") == date(2027, 1, 4), "natural days need no calendar"


def test_h1_special_procedure_suspends():
    """Sheet 22 h1: both the opening and the closing day are not counted."""
    start, pauses = at("2021-11-01"), [Pause(at("2021-11-04"), at("2021-11-18"), "检测")]
    result = due(Limit(8, WD), start, pauses, calendar=CALENDAR)
    november = [2, 3, 19, 22, 23, 24, 25, 26]
    assert result.counted == tuple(date(2021, 11, day) for day in november)
    assert result.last_day == date(2021, 11, 26)
    assert last("2021-11-01", 8) == date(2021, 11, 11)
    text = "\n".join(line.text for line in result.lines)
    assert "检测：2021年11月4日至2021年11月18日暂停计时（起止当日均不计入），扣除 11 个工作日" in text
    assert "计入 8 个工作日：11月2日至3日、11月19日、11月22日至26日" in text
    assert "到期：2021-11-26 24:00" in text


def test_h2_deemed_acceptance():
    """Sheet 22 h2 and f1."""
    deemed = clock.deemed_acceptance(at("2021-11-05"), CALENDAR)
    assert deemed.turns_at == midnight(date(2021, 11, 13))
    assert deemed.accept_day == date(2021, 11, 5)
    assert not deemed.applies(noticed_at=None, now=at("2021-11-12 23:59:59"))
    assert deemed.applies(noticed_at=None, now=at("2021-11-13 00:00"))
    assert not deemed.applies(noticed_at=at("2021-11-12 23:59"), now=at("2021-11-20"))
    assert deemed.applies(noticed_at=at("2021-11-13 00:00"), now=at("2021-11-20")), "a notice too late is no notice"
    assert due(Limit(20, WD), deemed.accept_at, calendar=CALENDAR).last_day == date(2021, 12, 3)


def test_h5_year_end():
    """Sheet 22 h5: due on a Saturday that is worked."""
    result = due(Limit(20, WD), at("2021-12-31"), calendar=CALENDAR)
    assert not result.is_late(at("2022-01-29 10:00"))
    assert result.is_late(at("2022-01-30 00:00"))
    kinds = {line.kind: line.text for line in result.lines}
    assert kinds["make_up"] == "1月29日（周六）为春节调休上班日，计入"
    assert kinds["holiday"] == "元旦放假 1月1日至3日，3 天不计入"


def test_h6_version_freeze():
    """Sheet 22 h6: the promise of the day of acceptance."""
    versions = [(date(2021, 1, 1), 8), (date(2021, 11, 10), 5)]
    assert clock.effective(versions, date(2021, 11, 9)) == 8
    assert clock.effective(versions, date(2021, 11, 10)) == 5
    assert clock.effective(versions, date(2020, 12, 31)) is None


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        # overlapping and nested pauses are united: 4-18 November, as in h1
        ([("2021-11-04", "2021-11-12"), ("2021-11-10", "2021-11-18")], "2021-11-26"),
        ([("2021-11-04", "2021-11-18"), ("2021-11-08", "2021-11-09")], "2021-11-26"),
        # one ends on the day the other begins: that day is left out once
        ([("2021-11-04", "2021-11-10"), ("2021-11-10 15:00", "2021-11-18")], "2021-11-26"),
        # begins on a Saturday: 6 and 7 are no working days anyway, 8 is the closing day
        ([("2021-11-06", "2021-11-08")], "2021-11-12"),
        # shorter than a day: that day is not counted
        ([("2021-11-04 09:00", "2021-11-04 11:00")], "2021-11-12"),
        # wholly on a weekend: nothing to leave out
        ([("2021-11-06", "2021-11-07")], "2021-11-11"),
        # half-open: until 00:00 of the 9th does not touch the 9th
        ([("2021-11-08 00:00", "2021-11-09 00:00")], "2021-11-12"),
        # empty, before the start, after the end
        ([("2021-11-04", "2021-11-04")], "2021-11-11"),
        ([("2021-10-04", "2021-10-08")], "2021-11-11"),
        ([("2021-11-12", "2021-11-18")], "2021-11-11"),
        # on the day of acceptance itself: not counted anyway
        ([("2021-11-01 11:00", "2021-11-01 12:00")], "2021-11-11"),
    ],
)
def test_pauses(pauses, expected: str):
    """Sheet 22 f3."""
    result = due(Limit(8, WD), at("2021-11-01"), [Pause(at(a), at(b)) for a, b in pauses], calendar=CALENDAR)
    assert result.last_day == date.fromisoformat(expected)


def test_open_pause_has_no_date_until_it_ends():
    pauses = [Pause(at("2021-11-04"), None, "鉴定")]
    result = due(Limit(8, WD), at("2021-11-01"), pauses, calendar=CALENDAR)
    assert (result.at, result.paused, result.missing, result.shown) == (None, True, 6, "计时暂停")
    assert "尚未恢复" in result.lines[-2].text
    guess = due(Limit(8, WD), at("2021-11-01"), pauses, calendar=CALENDAR, as_of=at("2021-11-18"))
    assert guess.last_day == date(2021, 11, 26)
    assert guess.paused
    assert "估算" in guess.lines[-1].text


def test_open_pause_after_the_end_does_not_matter():
    result = due(Limit(2, WD), at("2021-11-01"), [Pause(at("2021-11-04"))], calendar=CALENDAR)
    assert result.last_day == date(2021, 11, 3)


def test_extension():
    """行政许可法 art. 42: 20 days and 10 more with approval."""
    extension = Extension(10, WD, "案情复杂", "区市监局负责人")
    result = due(Limit(20, WD), at("2021-11-01"), [], [extension], CALENDAR)
    assert result.last_day == last_after("2021-11-01", 30)
    assert result.total == 30
    assert "经区市监局负责人批准延长 10 个工作日，理由：案情复杂" in [line.text for line in result.lines]


def last_after(start: str, days: int) -> date:
    return CALENDAR.add_working_days(date.fromisoformat(start), days)


def test_other_units():
    assert last("2021-11-01", 60, "calendar_days") == date(2021, 12, 31)
    assert last("2021-08-31", 1, "months") == date(2021, 9, 30)
    assert last("2021-11-01", 6, "months") == date(2022, 5, 1)
    assert last("2024-02-29", 1, "years") == date(2025, 2, 28)
    fixed = due(Limit.until(date(2021, 12, 25)), at("2021-11-01"), calendar=CALENDAR)
    assert fixed.shown == "2021-12-25 24:00"
    rolled = due(Limit.until(date(2021, 12, 25), roll=True), at("2021-11-01"), calendar=CALENDAR)
    assert rolled.last_day == date(2021, 12, 27)
    assert "顺延" in rolled.lines[-2].text


def test_hours():
    """Sheet 22 item 20: 24 hours run day and night; pauses are subtracted as real time."""
    result = due(Limit(24, "hours"), at("2021-11-05 10:30"), calendar=CALENDAR)
    assert result.at == at("2021-11-06 10:30")
    assert result.shown == "2021-11-06 10:30"
    pauses = [
        Pause(at("2021-11-05 12:00"), at("2021-11-05 14:00")),
        Pause(at("2021-11-05 13:00"), at("2021-11-05 15:00")),
    ]
    assert due(Limit(24, "hours"), at("2021-11-05 10:30"), pauses).at == at("2021-11-06 13:30")
    assert due(Limit(24, "hours"), at("2021-11-05 10:30"), [Pause(at("2021-11-05 12:00"))]).missing == 23
    to_midnight = due(Limit(2, "hours"), at("2021-11-05 22:00"))
    assert to_midnight.shown == "2021-11-05 24:00"


def test_pause_in_calendar_days():
    result = due(Limit(10, "calendar_days"), at("2021-11-01"), [Pause(at("2021-11-04"), at("2021-11-06"))])
    assert result.last_day == date(2021, 11, 14)


def test_immediate_items_end_the_same_day():
    assert due(Limit(0, WD), at("2021-11-01"), calendar=CALENDAR).shown == "2021-11-01 24:00"
    assert due(Limit(0, WD), at("2021-11-06"), calendar=CALENDAR).shown == "2021-11-08 24:00"
    assert Limit(0, WD).shown == "即办"


def test_special_procedure_restarts_by_itself():
    """Sheet 22 c4: overrun of the planned days restarts the clock automatically."""
    procedure = SpecialProcedure("检验", at("2021-11-04"), Limit(5, WD))
    assert procedure.restarts_at(CALENDAR) == midnight(date(2021, 11, 12))
    assert not procedure.is_overrun(at("2021-11-11 23:59"), CALENDAR)
    assert procedure.is_overrun(at("2021-11-12 00:00"), CALENDAR)
    running = due(Limit(8, WD), at("2021-11-01"), [procedure.pause(CALENDAR)], calendar=CALENDAR)
    assert running.last_day == date(2021, 11, 19), "2, 3, 12, 15-19 November"
    late = SpecialProcedure("检验", at("2021-11-04"), Limit(5, WD), at("2021-12-01"))
    assert late.pause(CALENDAR) == procedure.pause(CALENDAR), "closing after the restart changes nothing"
    early = SpecialProcedure("检验", at("2021-11-04"), Limit(5, WD), at("2021-11-05"))
    assert due(Limit(8, WD), at("2021-11-01"), [early.pause(CALENDAR)], calendar=CALENDAR).last_day == date(
        2021, 11, 15
    )


def test_special_procedure_may_not_be_opened_late_or_backdated():
    """Sheet 22 c4."""
    due_at = midnight(date(2021, 11, 12))
    assert clock.refuse_opening(at("2021-11-11"), due_at=due_at, now=at("2021-11-11 12:00")) == ""
    assert "届满" in clock.refuse_opening(at("2021-11-12 00:00"), due_at=due_at, now=at("2021-11-12 00:00"))
    assert "倒签" in clock.refuse_opening(at("2021-11-10"), due_at=due_at, now=at("2021-11-11"))


def test_events_alone_are_enough():
    """Sheet 22 f3: the clock is recomputable from events."""
    events = [
        ClockEvent(at("2021-11-01"), "start"),
        ClockEvent(at("2021-11-04"), "stop", "检测", key="a"),
        ClockEvent(at("2021-11-05"), "stop", "专家评审", key="b"),
        ClockEvent(at("2021-11-18"), "resume", key="a"),
        ClockEvent(at("2021-11-10"), "resume", key="b"),
        ClockEvent(at("2021-11-22"), "extend", "复杂", amount=2, by="局长"),
    ]
    history = clock.replay(reversed(events))
    assert history.start is not None
    result = due(Limit(8, WD), history.start, history.pauses, history.extensions, CALENDAR)
    assert result.last_day == date(2021, 11, 30)
    assert not history.is_paused
    assert clock.replay(events[:3]).is_paused
    planned = clock.replay([events[0], ClockEvent(at("2021-11-04"), "stop", until=midnight(date(2021, 11, 12)))])
    assert not planned.is_paused
    with pytest.raises(ValueError, match="没有对应的暂停"):
        clock.replay([events[0], events[3]])


def test_lights():
    """Sheet 22 c3: yellow at a third or one day, red after the promise, black after the law."""
    limit = Limit(9, WD)
    promised = due(limit, at("2021-11-01"), calendar=CALENDAR)
    legal = due(Limit(20, WD), at("2021-11-01"), calendar=CALENDAR)
    assert promised.last_day == date(2021, 11, 12)

    def look(now: str):
        return light(promised.at, now=at(now), calendar=CALENDAR, limit=limit, total=9, legal_at=legal.at)

    assert (look("2021-11-08").code, look("2021-11-08").text) == ("green", "剩余 4 个工作日")
    assert (look("2021-11-09").code, look("2021-11-09").word) == ("yellow", "临期")
    assert look("2021-11-12 23:59").text == "今日到期"
    assert look("2021-11-12 23:59").code == "yellow"
    assert (look("2021-11-13 00:00").code, look("2021-11-13 00:00").text) == ("red", "已逾期")
    assert look("2021-11-16").text == "已逾期 2 个工作日"
    assert look("2021-11-29 23:59").code == "red"
    assert look("2021-11-30 00:00").code == "black"
    strict = Thresholds(Fraction(1, 2), 3)
    assert light(promised.at, now=at("2021-11-08"), calendar=CALENDAR, limit=limit, thresholds=strict).code == "yellow"


def test_light_of_hours_and_pauses():
    limit = Limit(24, "hours")
    result = due(limit, at("2021-11-05 10:00"), calendar=CALENDAR)
    assert light(result.at, now=at("2021-11-05 12:00"), calendar=CALENDAR, limit=limit).code == "green"
    assert light(result.at, now=at("2021-11-06 02:00"), calendar=CALENDAR, limit=limit).code == "yellow"
    assert light(None, now=at("2021-11-06"), calendar=CALENDAR, paused=True).word == "计时暂停"
    assert light(result.at, now=at("2021-11-05 12:00"), calendar=CALENDAR, paused=True).code == "paused"


def test_remaining_leaves_out_a_planned_pause():
    procedure = SpecialProcedure("检验", at("2021-11-04"), Limit(5, WD))
    pauses = [procedure.pause(CALENDAR)]
    result = due(Limit(8, WD), at("2021-11-01"), pauses, calendar=CALENDAR)
    assert result.at is not None
    left = remaining(result.at, now=at("2021-11-05"), calendar=CALENDAR, pauses=pauses)
    assert left.working_days == 6


def test_explanation_reads_like_a_clerk_would_say_it():
    result = due(Limit(7, WD), at("2021-09-24"), calendar=CALENDAR)
    assert [line.text for line in result.lines] == [
        "2021年9月24日（周五）受理，当日不计入，次日起算",
        "期限：7 个工作日",
        "计入 7 个工作日：9月26日至30日、10月8日至9日",
        "9月26日（周日）为国庆节调休上班日，计入",
        "10月9日（周六）为国庆节调休上班日，计入",
        "国庆节放假 10月1日至7日，7 天不计入",
        "周末 9月25日，1 天不计入",
        "到期：2021-10-09 24:00",
    ]


def test_december_of_the_year_before_may_be_moved_by_a_notice():
    """The notice of 2019 moved 29 and 31 December 2018."""
    y2018 = {"year": 2018, "source": "x", "holidays": [{"name": "国庆节", "off": ["2018-10-01..2018-10-07"]}]}
    y2019 = {
        "year": 2019,
        "source": "x",
        "holidays": [{"name": "元旦", "off": ["2018-12-30..2019-01-01"], "work": ["2018-12-29"]}],
    }
    calendar = Calendar.from_years([y2018, y2019])
    assert calendar.is_working_day(date(2018, 12, 29))
    assert not calendar.is_working_day(date(2018, 12, 31))
    assert Calendar.from_years([y2018]).is_working_day(date(2018, 12, 31))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"year": 2027, "source": "x", "holidays": []}, "provisional"),
        ({"year": 21, "source": "x"}, "四位"),
        ({"year": 2027, "source": "x", "holidays": [{"name": "元旦", "off": ["2026-01-01"]}]}, "不属于"),
        (
            {"year": 2027, "source": "x", "holidays": [{"name": "元旦", "off": ["2027-01-01", "2027-01-01"]}]},
            "只能出现一次",
        ),
        (
            {"year": 2027, "source": "x", "holidays": [{"name": "元旦", "off": [], "work": ["2027-01-04"]}]},
            "本来就是工作日",
        ),
        ({"year": 2027, "source": "x", "holidays": [{"name": "元旦", "off": ["2027-13-01"]}]}, "不是日期"),
        ({"year": 2027, "source": "x", "holidays": [{"name": "元旦", "off": ["2027-01-03..2027-01-01"]}]}, "颠倒"),
        ({"year": 2027, "holidays": [{"name": "元旦", "off": ["2027-01-01"]}]}, "source"),
    ],
)
def test_bad_calendar_data_is_explained(data, word: str):
    with pytest.raises(PackError, match=word):
        clock.parse_year(data)


def test_provisional_year_is_named_in_the_explanation():
    year = {"year": 2027, "source": "暂定", "provisional": True, "holidays": [{"name": "元旦", "off": ["2027-01-01"]}]}
    calendar = Calendar.from_years([*CALENDAR.years, year])
    result = due(Limit(5, WD), at("2026-12-30"), calendar=calendar)
    assert result.last_day == date(2027, 1, 7)
    assert any(line.kind == "provisional" for line in result.lines)
    assert clock.parse_year(calendar.years[-1].as_dict()) == calendar.years[-1]


def test_a_date_costs_one_look_at_each_day_it_spans():
    """The count must not become quadratic in the days it spans: each day is asked once to count it and once to
    explain it."""
    looks: list[date] = []

    class Counting(Calendar):
        def is_working_day(self, day: date) -> bool:
            looks.append(day)
            return super().is_working_day(day)

    calendar = Counting(CALENDAR.years)
    result = due(Limit(250, WD), at("2021-11-01"), [Pause(at("2021-11-04"), at("2021-11-18"))], calendar=calendar)
    assert result.last_day is not None
    assert len(looks) <= 2 * (result.last_day - date(2021, 11, 1)).days + 2
