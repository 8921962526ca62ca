"""The business clock: shifted, frozen, refused in production."""

from datetime import date, datetime, timedelta

import pytest

from yipan.kernel.clock import SHANGHAI
from yipan.platform import calendar, records
from yipan.platform.calendar import clock
from yipan.platform.records.models import ActRow

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2021, 11, 1, 23, 59, 59, tzinfo=SHANGHAI)


def test_without_a_setting_it_is_the_real_time():
    assert abs(calendar.now() - calendar.real_now()) < timedelta(seconds=1)
    assert calendar.now().tzinfo is SHANGHAI


def test_a_shifted_clock_runs_on():
    calendar.set_clock(NOVEMBER - timedelta(hours=1))
    first = calendar.now()
    assert timedelta(0) <= first - (NOVEMBER - timedelta(hours=1)) < timedelta(seconds=30)
    assert calendar.now() > first
    assert calendar.today() == date(2021, 11, 1)
    calendar.clear_clock()
    assert abs(calendar.now() - calendar.real_now()) < timedelta(seconds=1)


def test_a_frozen_clock_stands_still_and_the_act_says_so():
    calendar.set_clock(NOVEMBER, frozen=True)
    assert calendar.now() == calendar.now() == NOVEMBER
    act = ActRow.objects.get(verb="calendar.set_clock")
    assert act.to_state == NOVEMBER.isoformat()


def test_production_refuses(monkeypatch, settings):
    monkeypatch.setattr(records, "installation", lambda: records.Installation("production", None, None))
    with pytest.raises(calendar.ClockRefused, match="正式库"):
        calendar.set_clock(NOVEMBER)
    with pytest.raises(calendar.ClockRefused):
        calendar.clear_clock()


def test_production_never_asks_the_database(settings, django_assert_num_queries):
    settings.ENVIRONMENT = "production"
    with django_assert_num_queries(0):
        assert abs(calendar.now() - calendar.real_now()) < timedelta(seconds=1)


def test_a_process_asks_only_now_and_then(settings, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(clock, "_known", None)
    settings.ENVIRONMENT = "demo"
    with django_assert_num_queries(1):
        for _ in range(10):
            calendar.now()
    monkeypatch.setattr(clock, "_known", None)
