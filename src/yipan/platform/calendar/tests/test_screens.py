"""The administrator's screens: list, year, import with every fault shown."""

import re
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from yipan.kernel.clock import SHANGHAI
from yipan.platform import calendar, records
from yipan.platform.calendar.models import CalendarYear
from yipan.platform.calendar.tests.test_calendar import ADMIN, CSV, install_core
from yipan.platform.ui import access

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, monkeypatch):
    """A browser of somebody with the right; everybody else is refused."""

    def authorize(request, requirement):
        if requirement != "calendar.manage" or request.headers.get("X-Who") == "nobody":
            raise PermissionDenied
        request.actor = ADMIN

    monkeypatch.setattr(access, "_authorizer", authorize)
    monkeypatch.setattr(records.rights, "_checker", lambda actor, right, unit: actor is ADMIN)
    calendar.set_clock(datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI))
    return client


def upload(client, text: str, name: str = "2027.csv", **fields):
    file = SimpleUploadedFile(name, text.encode())
    return client.post("/admin/calendar/import/", {"file": file, "source": "国务院办公厅通知", **fields})


def test_list_warns_of_the_missing_year(admin):
    install_core()
    page = admin.get("/admin/calendar/").content.decode()
    assert "缺少 2027 年工作日历" in page
    assert "2021 年" in page
    assert re.search(r">\s*250\s*<", page)


def test_a_year_shows_its_days(admin):
    install_core()
    page = admin.get("/admin/calendar/2021/").content.decode()
    assert "10月1日至7日" in page
    assert "9月26日、10月9日" in page
    assert page.count("<caption") == 12
    assert admin.get("/admin/calendar/2031/").status_code == 404


def test_import(admin):
    page = upload(admin, CSV).content.decode()
    assert "2027 年日历已导入" in page
    assert CalendarYear.objects.get().data["source"] == "国务院办公厅通知"
    answer = upload(admin, CSV.replace("2027-10-01,放假", "2027-10-08,放假"))
    assert answer.status_code == 422
    assert "更正须写明原因" in answer.content.decode()
    page = upload(admin, CSV.replace("2027-10-01,放假", "2027-10-08,放假"), reason="通知更正").content.decode()
    assert "已更正为第 2 版" in page
    assert "未作改动" in upload(admin, CSV.replace("2027-10-01,放假", "2027-10-08,放假")).content.decode()


def test_every_fault_is_shown_and_nothing_is_written(admin):
    answer = upload(admin, "日期,类型,节日\n2027-13-01,休,元旦\n2027-01-01,假,元旦\n")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "第 2 行：日期" in page
    assert "第 3 行：类型" in page
    assert not CalendarYear.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "word"), [("a.exe", "x", "只接受"), ("a.csv", "", "空"), ("a.json", "[{]", "语法")]
)
def test_other_files_are_refused(admin, name: str, text: str, word: str):
    answer = upload(admin, text, name)
    assert answer.status_code == 422
    assert word in answer.content.decode()


def test_gb18030_from_a_government_desktop(admin):
    file = SimpleUploadedFile("2027.csv", CSV.encode("gb18030"))
    assert "已导入" in admin.post("/admin/calendar/import/", {"file": file, "source": "通知"}).content.decode()


def test_without_the_right_nothing_is_shown(admin):
    for address in ("/admin/calendar/", "/admin/calendar/2021/", "/admin/calendar/import/"):
        assert admin.get(address, headers={"X-Who": "nobody"}).status_code == 403
