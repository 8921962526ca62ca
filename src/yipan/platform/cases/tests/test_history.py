"""导入历史办件: row by row, all or none or what is sound; marked, findable, and outside the figures."""

import pytest
import telling
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yipan.platform import people, records
from yipan.platform.cases.actions import history
from yipan.platform.cases.models import Case
from yipan.platform.cases.stories import moment
from yipan.platform.records import audit
from yipan.platform.records.models import ActRow
from yipan.platform.ui import tables

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NOW = "2021-10-08 09:00"
HEAD = ",".join(history.COLUMNS)
FIRM = (
    "SP2019-00001,食品经营许可（新办）,江门市蓬江区旧日餐饮有限公司,91440703MA9Q10037P,网上,2019-03-01 09:10,"
    "2019-03-02,2019-03-10,准予,旧许字1号,2019-03-11"
)
PERSON = "SP2019-00002,公共场所卫生许可（新办）,黄家俊,440703199003070013,,2019/4/1,,2019/4/8,不予,,2019/4/9"


def take(*rows, partial=False, head=HEAD):
    telling.at(NOW)
    text = "\n".join([head, *rows])
    return history.take_in(
        history.csv_rows(tables.text_of(text.encode())), batch="2019", actor=records.SYSTEM, at=moment(NOW),
        partial=partial,
    )  # fmt: skip


def test_rows_become_marked_cases_with_one_act_each():
    assert take(FIRM, PERSON) == history.TakenIn("2019", 2)
    firm, person = Case.objects.filter(history_batch="2019").order_by("case_no")
    assert (firm.applicant_code, firm.decision, firm.get_channel_display()) == ("91440703MA9Q10037P", 1, "网上")
    assert firm.unit_key == "market"
    assert person.applicant_person_id == people.vault.find("resident_id", "440703199003070013")
    assert [row.verb for row in ActRow.objects.filter(chain_kind="case", chain_key=str(firm.pk))] == ["case.import"]
    assert audit.verify().ok
    take(PERSON.replace("00002", "00003"))
    assert Case.objects.filter(applicant_person_id=person.applicant_person_id).count() == 2  # the same person again


@pytest.mark.parametrize(("row", "column", "words"), [
    (FIRM.replace("SP2019-00001", "1"), "办件编号", "6 至 43 位"),
    (FIRM.replace("食品经营许可（新办）", "养猫许可"), "业务办理项", "没有“养猫许可”"),
    (FIRM.replace("91440703MA9Q10037P", "91440703MA9Q10037X"), "证件号码", "不是有效的"),
    (FIRM.replace(",网上,", ",飞鸽,"), "渠道", "应为网上"),
    (FIRM.replace(",准予,", ",同意,"), "决定", "应为准予"),
    (FIRM.replace("2019-03-10", "2019-02-30"), "决定时间", "不是时间"),
    (FIRM.replace("2019-03-11", "2019-03-01"), "办结时间", "先后不对"),
    (FIRM.replace("2019-03-11", ""), "办结时间", "没有办结的办件请在本平台重新收件"),
    (FIRM.replace("2019-03-11", "2022-03-11"), "办结时间", "不能晚于现在"),
])  # fmt: skip
def test_every_fault_is_told_with_row_and_column_and_nothing_is_taken_in(row, column, words):
    with pytest.raises(tables.TableRefused) as refused:
        take(PERSON, row)
    assert [(one.row, one.column) for one in refused.value.faults] == [(3, column)]
    assert words in refused.value.faults[0].message
    assert not Case.objects.exclude(history_batch="").exists()


def test_what_is_sound_may_be_taken_in_without_the_rest():
    done = take(FIRM, FIRM, PERSON.replace("黄家俊", ""), partial=True)
    assert done.cases == 1
    assert [(one.row, one.message) for one in done.faults] == [(3, "表格中重复出现"), (4, "请填写申请人")]
    with pytest.raises(tables.TableRefused, match="平台中已有这个办件"):
        take(FIRM)


def test_a_wrong_head_and_a_wrong_encoding_are_told():
    with pytest.raises(tables.TableRefused, match="缺少列：办结时间"):
        take(FIRM, head=HEAD.replace(",办结时间", ""))
    with pytest.raises(tables.TableRefused, match="不认识的列：备注"):
        take(FIRM, head=f"{HEAD},备注")
    assert tables.text_of(f"{HEAD}\n".encode("gb18030")).read().startswith("办件编号")
    with pytest.raises(tables.TableRefused, match="文字编码"):
        tables.text_of(b"\xff\xfe\xff\xff")


def test_the_statements_do_not_grow_with_the_rows():
    def statements(first, number):
        rows = [FIRM.replace("00001", f"{n:05d}") for n in range(first, first + number)]
        with CaptureQueriesContext(connection) as captured:
            take(*rows)
        return len(captured)

    take(FIRM.replace("00001", "99999"))  # the firm is known from here on
    assert statements(0, 20) == statements(1000, 400)


def test_an_administrator_uploads_it_and_the_figures_leave_it_out():
    telling.at(NOW)
    manager = telling.signed_in("data.items")
    sent = SimpleUploadedFile("old.csv", f"{HEAD}\n{FIRM}\n".encode("utf-8-sig"), content_type="text/csv")
    assert manager.post("/admin/history/", {"file": sent}).status_code == 302
    wrong = SimpleUploadedFile("old.csv", f"{HEAD}\n{FIRM}\n".encode(), content_type="text/csv")
    answer = manager.post("/admin/history/", {"file": wrong})
    assert answer.status_code == 422
    assert "平台中已有这个办件" in answer.content.decode()
    assert manager.get("/admin/history/template.csv").content.decode("utf-8-sig").strip() == HEAD
    reader = telling.signed_in("market.examiner")
    case = Case.objects.get(history_batch__gt="")
    assert "历史件" in reader.get("/cases/?origin=history").content.decode()
    assert "历史导入" in reader.get(f"/cases/{case.pk}/").content.decode()
    figures = reader.get("/cases/figures/?first=2019-01-01&last=2019-12-31").content.decode()
    assert 'origin=here">0</a>' in figures
    assert telling.signed_in("market.examiner").get("/admin/history/").status_code == 403
