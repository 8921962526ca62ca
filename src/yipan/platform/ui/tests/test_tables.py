"""Tables that people hand in: what no room should have to think of when it reads one."""

import io

import openpyxl
import pytest

from yipan.platform.ui import tables


def book(*names):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name in names:
        made.create_sheet(name).append(["姓名", name])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def faults(do):
    with pytest.raises(tables.TableRefused) as refused:
        do()
    return [(one.row, one.column, one.message) for one in refused.value.faults]


def test_the_first_sheet_or_those_that_are_named():
    assert tables.sheets(book("甲", "乙")) == {"甲": [["姓名", "甲"]]}
    assert tables.sheets(book("甲", "乙"), ["乙", "丙"]) == {"乙": [["姓名", "乙"]]}


@pytest.mark.parametrize("content", [b"", b"PK", b"no workbook", book("甲")[:-200]])
def test_what_is_no_workbook_is_told(content):
    assert faults(lambda: tables.sheets(content)) == [(0, "文件", "无法读取，请上传 XLSX 格式的表格")]


def test_a_workbook_that_unpacks_to_too_much_is_never_unpacked(monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED", 100)
    ((_row, _column, message),) = faults(lambda: tables.sheets(book("甲")))
    assert "解压后过大" in message


def test_a_text_as_spreadsheet_programs_save_it():
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert list(tables.csv_rows(tables.text_of("姓名 ,号\n甲,1\n".encode(encoding)))) == [{"姓名": "甲", "号": "1"}]
    assert "文字编码" in faults(lambda: tables.text_of(b"\xff\xfe\xff\xff"))[0][2]


def test_a_head_is_checked_before_any_row():
    read = {"required": ["姓名"], "known": ["姓名", "号"]}
    assert faults(lambda: list(tables.csv_rows(io.StringIO("号\n"), **read))) == [(1, "表头", "缺少列：姓名")]
    assert faults(lambda: list(tables.csv_rows(io.StringIO("姓名,牛\n"), **read))) == [(1, "表头", "不认识的列：牛")]


def test_an_open_quotation_mark_swallows_the_file_and_is_told_with_its_row():
    text = 'a,b\n1,2\n"3,' + "x" * 200_000
    ((row, _column, message),) = faults(lambda: list(tables.csv_rows(io.StringIO(text))))
    assert (row, "引号" in message) == (3, True)
