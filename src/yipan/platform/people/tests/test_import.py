"""Staff lists from spreadsheets: every fault of every row, all or nothing, few statements."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yipan.platform import calendar
from yipan.platform.people import queries, vault
from yipan.platform.people.actions import import_staff
from yipan.platform.people.models import Account, Holding, Person
from yipan.platform.ui import tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]
HEAD = list(import_staff.COLUMNS)


def sheet(*rows, head=HEAD):
    book = openpyxl.Workbook()
    book.active.append(head)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take_in(*rows, login="data.admin", partial=False, **more):
    actor = queries.actor_of(login)
    return import_staff.take_in(sheet(*rows, **more), actor=actor, at=calendar.now(), partial=partial)


def line(n=1, **changes):
    facts = dict(
        zip(HEAD, ("王小明", f"wangxm{n}", 13800000000 + n, "区市监局", "受理审查岗", "", "", ""), strict=True)
    )
    return list((facts | changes).values())


def test_rows_become_people_with_posts_and_no_password():
    done = take_in(line(), line(2, 姓名="李䶮", 单位="health", 任职方式="借调", 用人单位="棠下镇", 任职日期="2026/3/1"))
    assert (done.rows, done.faults) == (2, ())
    first, second = Account.objects.filter(login__startswith="wangxm").order_by("login")
    assert not first.has_usable_password()
    assert vault.masked([first.person_id], vault.PHONE) == {first.person_id: "138****0001"}
    held = Holding.objects.get(person=second.person)
    assert (held.kind, held.post.unit.key, held.valid_from.isoformat()) == ("seconded", "health", "2026-03-01")
    assert queries.holders("prechecker", "market", calendar.now())[-1].name == "王小明"


def test_one_person_with_two_posts_stands_in_two_rows():
    take_in(line(), line(岗位="出件岗", 任职方式="兼任"))
    person = Person.objects.get(accounts__login="wangxm1")
    assert [h.post.title for h in person.holdings.order_by("id")] == ["受理审查岗", "出件岗"]


FAULTS = [
    ({"姓名": ""}, "姓名", "请填写姓名"),
    ({"账号": "王"}, "账号", "账号为 3 至 60 位"),
    ({"账号": "market.examiner"}, "账号", "在系统中已有"),
    ({"手机": "12345"}, "手机", "11 位"),
    ({"单位": "区某局"}, "单位", "没有单位“区某局”"),
    ({"岗位": "局长"}, "岗位", "没有岗位“局长”"),
    ({"任职方式": "挂名"}, "任职方式", "任职方式应为"),
    ({"任职方式": "服务外包"}, "用人单位", "须填写"),
    ({"任职方式": "服务外包", "用人单位": "某公司", "岗位": "审查岗"}, "任职方式", "不能担任"),
    ({"单位": "区政数局", "岗位": "系统管理员"}, "岗位", "三员"),
    ({"任职日期": "三月"}, "任职日期", "不是日期"),
    ({"任职方式": "兼任"}, "任职方式", "本职行应在前面"),
    ({"账号": "market.examiner", "姓名": "李志强", "岗位": "审查岗", "任职方式": "兼任"}, "岗位", "已在这个岗位上"),
]


@pytest.mark.parametrize(("changes", "column", "message"), FAULTS)
def test_each_fault_names_row_column_and_reason(changes, column, message):
    """Sheet 00 X8: 行号, 字段, 原因."""
    before = Person.objects.count()
    with pytest.raises(tables.TableRefused) as refused:
        take_in(line(7), line(8, **changes))
    assert [(f.row, f.column) for f in refused.value.faults] == [(3, column)]
    assert message in refused.value.faults[0].message
    assert Person.objects.count() == before  # the good row was not taken in either


def test_all_faults_are_told_at_once():
    with pytest.raises(tables.TableRefused) as refused:
        take_in(line(1, 单位="x", 姓名=""), line(1), line(1, 手机="1"))
    assert [fault.row for fault in refused.value.faults] == [2, 2, 3, 4, 4]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no spreadsheet", "无法读取"), (sheet(head=["姓名"]), "缺少列：账号"), (sheet(), "没有人员")],
)
def test_files_that_are_no_staff_list(content, message):
    with pytest.raises(tables.TableRefused) as refused:
        import_staff.take_in(content, actor=queries.actor_of("data.admin"), at=calendar.now())
    assert message in refused.value.faults[0].message


def test_rows_without_fault_can_be_taken_in_alone():
    """Sheet 00 X8: imports can be partial or all-or-nothing; nobody is taken in by half."""
    done = take_in(line(1), line(2, 手机="12"), line(3), line(3, 岗位="没有", 任职方式="兼任"), partial=True)
    assert done.rows == 1
    assert [(fault.row, fault.column) for fault in done.faults] == [(3, "手机"), (5, "岗位")]
    assert list(Account.objects.filter(login__startswith="wangxm").values_list("login", flat=True)) == ["wangxm1"]
    with pytest.raises(tables.TableRefused):
        take_in(line(4, 手机="12"), partial=True)  # nothing is left


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED", 100)
    with pytest.raises(tables.TableRefused) as refused:
        take_in(line())
    assert "解压后过大" in refused.value.faults[0].message


def test_a_unit_s_administrator_imports_into_his_unit_only():
    assert take_in(line(), login="market.admin").rows == 1
    with pytest.raises(tables.TableRefused) as refused:
        take_in(line(2, 单位="区卫健局"), login="market.admin")
    assert "您不能管理" in refused.value.faults[0].message


def test_a_thousand_rows_cost_no_more_statements_than_ten():
    def statements(first, count):
        with CaptureQueriesContext(connection) as context:
            assert take_in(*(line(n) for n in range(first, first + count))).rows == count
        return len(context)

    few = statements(0, 10)
    assert statements(1000, 1000) <= few + 2  # one more batch of acts at most
    assert few < 40
    assert Account.objects.filter(login__startswith="wangxm").count() == 1010


def test_the_screen_shows_the_faults(as_staff):
    client = as_staff("data.admin")
    template = client.get("/admin/people/staff/import/template/")
    assert template.status_code == 200
    upload = io.BytesIO(sheet(line(单位="x")))
    upload.name = "名单.xlsx"
    page = client.post("/admin/people/staff/import/", {"file": upload})
    assert page.status_code == 422
    assert "没有单位“x”" in page.content.decode()
    upload = io.BytesIO(sheet(line()))
    upload.name = "名单.xlsx"
    assert client.post("/admin/people/staff/import/", {"file": upload}).status_code == 302
    assert "wangxm1" in client.get("/admin/people/staff/?q=wangxm").content.decode()
    upload = io.BytesIO(sheet(line(2), line(3, 手机="12")))
    upload.name = "名单.xlsx"
    page = client.post("/admin/people/staff/import/", {"file": upload, "partial": "1"})
    assert page.status_code == 200
    assert "已导入 1 行" in page.content.decode()
    assert "11 位" in page.content.decode()
