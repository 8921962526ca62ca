"""What leaves as a file or on paper is recorded, and personal data only for somebody who is known."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from yipan.platform import records
from yipan.platform.records import exports, queries
from yipan.platform.records.models import Access
from yipan.platform.ui import listing

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def note(**more):
    columns = (listing.Column("name", "姓名", personal=True), listing.Column("state", "状态"))
    values = {"personal": True, "reason": "报送市局统计", "request": 7} | more
    return listing.Export("test.people", "人员", "xlsx", (("状态", "新收"),), columns, AT, "李敏", **values)


@pytest.fixture
def request_of_lin():
    request = RequestFactory().get("/people/")
    request.actor = records.Actor(5, 6, "林静", unit_id=1, unit_name="区市场监管局")
    return request


def test_taking_a_list_is_an_act_and_a_reading(request_of_lin):
    exports.record(request_of_lin, "take", note())
    (line,) = queries.acts_of("list", "test.people")
    assert line.verb == "list.take"
    read = Access.objects.get()
    assert (read.actor_name, read.fields, read.purpose) == ("林静", "姓名", "报送市局统计")


def test_asking_reads_nothing_yet(request_of_lin):
    exports.record(request_of_lin, "ask", note())
    assert len(queries.acts_of("list", "test.people")) == 1
    assert not Access.objects.exists()


def test_nobody_unknown_takes_personal_data():
    with pytest.raises(PermissionDenied):
        exports.record(RequestFactory().get("/"), "take", note())
    exports.record(RequestFactory().get("/"), "take", note(personal=False))
    assert not queries.acts_of("list", "test.people")
