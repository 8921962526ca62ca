"""The clocks of a case, on the scenarios of sheet 22."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from yipan.kernel.clock import Extension, Limit, Pause, read_calendar
from yipan.platform.cases.domain.clocks import Facts, case_light, clocks

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDARS = sorted((Path(__file__).parents[3] / "packs" / "core" / "calendars").glob("*.yaml"))


@pytest.fixture(scope="module")
def calendar():
    return read_calendar(CALENDARS)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def last_day(due):
    return due.last_day.isoformat()


def test_scenario_1_a_test_stops_the_clock(calendar):
    """Sheet 22 scenario 1: promise 8 working days, 检测 from 11-04 to 11-18."""
    facts = Facts(at("2021-10-29 10:00"), at("2021-11-01 09:00"), Limit(8), Limit(20))
    assert last_day(clocks(facts, calendar).promised) == "2021-11-11"
    paused = Facts(
        facts.received_at, facts.accepted_at, Limit(8), Limit(20),
        [Pause(at("2021-11-04 09:00"), at("2021-11-18 16:00"), "检测")],
    )  # fmt: skip
    found = clocks(paused, calendar).promised
    assert last_day(found) == "2021-11-26"
    assert [day.isoformat()[5:] for day in found.counted] == [
        "11-02", "11-03", "11-19", "11-22", "11-23", "11-24", "11-25", "11-26",
    ]  # fmt: skip


def test_scenario_2_deemed_acceptance_counts_from_the_day_of_receipt(calendar):
    """Sheet 22 scenario 2: received 2021-11-05, silent until 11-12, legal limit from 11-05."""
    facts = Facts(at("2021-11-05 15:00"), at("2021-11-05 15:00"), Limit(8), Limit(20))
    found = clocks(facts, calendar)
    assert found.notice.at == at("2021-11-13 00:00")
    assert last_day(found.legal) == "2021-12-03"


def test_scenario_5_year_end(calendar):
    """Sheet 22 scenario 5: a Saturday that is a make-up working day."""
    found = clocks(Facts(None, at("2021-12-31 11:00"), Limit(20), Limit(20)), calendar)
    assert last_day(found.legal) == "2022-01-29"
    assert not found.legal.is_late(at("2022-01-29 10:00"))
    assert found.legal.is_late(at("2022-01-30 00:00"))


def test_an_extension_is_added_to_both_limits(calendar):
    facts = Facts(None, at("2021-11-01 09:00"), Limit(8), Limit(20), (), [Extension(10, "working_days", "案情复杂")])
    found = clocks(facts, calendar)
    assert last_day(found.promised) == "2021-11-25"
    assert last_day(found.legal) == "2021-12-13"


def test_before_acceptance_the_light_follows_the_notice_clock(calendar):
    light = case_light(
        notice_due=at("2021-11-13 00:00"), promised_due=None, legal_due=None, accepted=False, paused=False,
        yellow_at=at("2021-11-12 00:00"), now=at("2021-11-12 10:00"), calendar=calendar,
    )  # fmt: skip
    assert light.code == "yellow"
    assert light.text == "今日到期"
