"""The register of numbers on screen: proof of no gaps, reserving, voiding."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from yipan.kernel.clock import SHANGHAI
from yipan.platform import calendar, numbers, records
from yipan.platform.numbers.models import Number, Series
from yipan.platform.numbers.tests.test_numbers import CLERK, install_rules
from yipan.platform.ui import access

pytestmark = pytest.mark.django_db

AT = datetime(2021, 11, 1, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def admin(client, monkeypatch):
    def authorize(request, requirement):
        if requirement != "numbers.manage" or request.headers.get("X-Who") == "nobody":
            raise PermissionDenied
        request.actor = CLERK

    monkeypatch.setattr(access, "_authorizer", authorize)
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: actor is CLERK)
    calendar.set_clock(AT, frozen=True)
    install_rules()
    for _ in range(3):
        numbers.document_number(unit_key="market", word="许准", at=AT)
    return client


def series_id() -> int:
    return Series.objects.get(series="document").pk


def test_list_and_register(admin):
    page = admin.get("/admin/numbers/").content.decode()
    assert "蓬市监许准字 2021 年" in page
    assert "没有断号" in page
    assert "没有符合条件的记录" in admin.get("/admin/numbers/?q=health").content.decode()
    page = admin.get(f"/admin/numbers/{series_id()}/").content.decode()
    assert "蓬市监许准字〔2021〕第000003号" in page
    assert "没有符合条件的记录" in admin.get(f"/admin/numbers/{series_id()}/?state=void").content.decode()
    assert admin.get("/admin/numbers/999999/").status_code == 404


def test_a_gap_is_an_alarm(admin):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE numbers_number DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM numbers_number WHERE value = 2")
        cursor.execute("ALTER TABLE numbers_number ENABLE TRIGGER USER")
    page = admin.get("/admin/numbers/").content.decode()
    assert "发现断号" in page
    assert "1 个" in page


def test_reserve_and_void(admin):
    address = f"/admin/numbers/{series_id()}"
    page = admin.post(f"{address}/reserve/", {"count": "2", "purpose": "停电备用"}, follow=True).content.decode()
    assert "已预留 2 个编号：蓬市监许准字〔2021〕第000004号 至 蓬市监许准字〔2021〕第000005号" in page
    page = admin.post(f"{address}/void/", {"value": "5", "reason": "写坏"}, follow=True).content.decode()
    assert "编号 5 已作废" in page
    assert Number.objects.get(value=5).state == "void"
    for name, data, word in [
        ("reserve", {"count": "x", "purpose": "y"}, "请填写数字"),
        ("reserve", {"count": "5000", "purpose": "y"}, "1 至 1000"),
        ("reserve", {"count": "1", "purpose": " "}, "写明用途"),
        ("void", {"value": "5", "reason": "y"}, "已经作废"),
        ("void", {"value": "1", "reason": ""}, "写明原因"),
    ]:
        answer = admin.post(f"{address}/{name}/", data)
        assert answer.status_code == 422
        assert word in answer.content.decode()
    assert Series.objects.get().last == 5


def test_only_with_the_right_and_by_post(admin):
    address = f"/admin/numbers/{series_id()}"
    assert admin.get("/admin/numbers/", headers={"X-Who": "nobody"}).status_code == 403
    assert admin.post(f"{address}/void/", {"value": "1"}, headers={"X-Who": "nobody"}).status_code == 403
    assert admin.get(f"{address}/void/").status_code == 405
