"""Reading schemas and judging answers, without a database."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.http import QueryDict

import yipan
from yipan.kernel.clock import SHANGHAI
from yipan.kernel.packs import Finding, PackFile
from yipan.platform.forms.domain import Form, parse, posting, printing, screens, validate
from yipan.platform.forms.domain.validation import no_tables

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
PACKS = Path(yipan.__file__).parent / "packs"


def read(schema: dict) -> tuple[Form, list[Finding]]:
    text = json.dumps(schema, ensure_ascii=False, indent=1)
    return parse(PackFile("p", "forms/f.json", text.encode()).document)


def form(*fields: dict, **more: object) -> Form:
    found, findings = read(
        {"key": "f", "title": "表", "sections": [{"key": "s", "title": "节", "fields": list(fields)}], **more}
    )
    assert findings == []
    return found


def field(key: str, kind: str = "text", **more: object) -> dict:
    return {"key": key, "kind": kind, "label": f"{key} 标签", **more}


YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", "  江门　市  ", "江门 市"),
        ("integer", "１，２００", 1200),
        ("decimal", "120.50", "120.50"),
        ("money", "1,234.5", 123450),
        ("date", "2026年3月2日", "2026-03-02"),
        ("date", "2026/3/2", "2026-03-02"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("phone", "138 0013 8000", "13800138000"),
        ("agree", "1", True),
    ],
)
def test_values_are_stored_in_one_form(kind: str, typed: str, stored: object) -> None:
    result = validate(form(field("a", kind)), {"a": typed})
    assert result.errors == {}
    assert result.data == {"a": stored}


@pytest.mark.parametrize(
    ("one", "typed", "message"),
    [
        (field("a", "integer"), "12.5", "应为整数"),
        (field("a", "decimal", max=100, unit="平方米"), "100.1", "不能大于 100平方米"),
        (field("a", "decimal", digits=1), "1.25", "最多保留 1 位小数"),
        (field("a", "money"), "1.234", "不是金额"),
        (field("a", "date"), "2026-02-30", "没有“2026-02-30”这一天"),
        (field("a", "text", max_length=3), "四个字啊", "不能超过 3 字"),
        (field("a", "id_number"), "110105194912310021", "校验"),
        (field("a", "radio", options=YES_NO), "maybe", "选项"),
        (field("a", required=True), "   ", "请填写"),
        (field("a", "radio", options=YES_NO, required=True), "", "请选择"),
        (field("a", "agree", required=True), "", "勾选"),
    ],
)
def test_what_cannot_be_used_is_explained_at_its_field(one: dict, typed: str, message: str) -> None:
    result = validate(form(one), {"a": typed})
    assert message in result.errors["a"]
    assert "a" not in result.data


def test_hidden_fields_are_neither_required_nor_kept() -> None:
    """A field that depends on a hidden one is hidden too, whatever was typed before."""
    found = form(
        field("c", required=True, show_when='b = "yes"'),
        field("b", "radio", options=YES_NO, show_when='a = "yes"'),
        field("a", "radio", options=YES_NO),
    )
    raw = {"a": "no", "b": "yes", "c": "留着"}
    assert validate(found, raw).data == {"a": "no"}
    assert validate(found, {**raw, "a": "yes"}).data == {"c": "留着", "b": "yes", "a": "yes"}


def test_a_requirement_may_depend_on_a_later_answer() -> None:
    found = form(field("a", required='b = "yes"'), field("b", "radio", options=YES_NO))
    assert list(validate(found, {"b": "yes"}).errors) == ["a"]
    assert validate(found, {"b": "no"}).ok


def test_checks_complain_only_about_what_is_known() -> None:
    found = form(
        field("whole", "decimal"),
        field("part", "decimal", checks=[{"test": "part <= whole", "message": "部分不能大于整体"}]),
        checks=[{"test": "whole > 0", "message": "应大于零", "field": "whole"}],
    )
    assert validate(found, {"part": "5"}).ok
    assert validate(found, {"part": "5", "whole": "4"}).errors == {"part": "部分不能大于整体"}
    assert validate(found, {"whole": "0"}).errors == {"whole": "应大于零"}


def test_conditions_may_use_the_day_and_further_variables() -> None:
    found = form(
        field("until", "date", checks=[{"test": "until >= today()", "message": "已过期"}]),
        field("x", required="answers.hot = true"),
        context=["answers"],
    )
    result = validate(found, {"until": "2026-03-01"}, {"answers": {"hot": True}}, now=NOW)
    assert result.errors == {"until": "已过期", "x": "请填写"}


STAFF = field(
    "staff",
    "repeat",
    min_rows=1,
    max_rows=3,
    fields=[
        field("name", required=True),
        field("kind", "radio", options=YES_NO),
        field("proof", required=True, show_when='kind = "yes" and row > 0'),
    ],
    checks=[{"test": "count(distinct values(staff.name)) = count(staff)", "message": "重名"}],
)


def test_rows_are_judged_one_by_one() -> None:
    found = form(STAFF)
    result = validate(found, {"staff": [{"name": "张三", "kind": "yes"}, {"kind": "no"}, {}]})
    assert result.errors == {"staff.0.proof": "请填写", "staff.1.name": "请填写"}
    good = validate(found, {"staff": [{"name": "张三", "kind": "no"}, {}, {}]})
    assert good.data == {"staff": [{"name": "张三", "kind": "no"}]}
    assert validate(found, {"staff": [{"name": "张三"}, {"name": "张三"}]}).errors == {"staff": "重名"}


def test_too_few_and_too_many_rows() -> None:
    found = form(STAFF)
    assert "至少填写 1 行" in validate(found, {}).errors["staff"]
    assert "最多填写 3 行" in validate(found, {"staff": [{"name": str(n)} for n in range(4)]}).errors["staff"]


def test_an_address_and_a_person_are_complete_or_absent() -> None:
    found = form(field("place", "address", options=YES_NO), field("who", "person", required=True))
    assert list(validate(found, {"place": {"detail": "1 号"}}).errors) == [
        "place.region", "who.name", "who.id_number", "who.phone",
    ]  # fmt: skip
    assert "place" not in validate(found, {}).data


def test_locked_values_are_taken_as_the_register_has_them() -> None:
    found = form(field("code", "credit_code", required=True))
    result = validate(found, {"code": "typed"}, locked={"code": "旧注册号 4407030001"})
    assert result.ok
    assert result.data == {"code": "旧注册号 4407030001"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([field("a", show_when="b = 1")], "不存在的字段“b”"),
        ([field("a", show_when="b = 1"), field("b", show_when="a = 1")], "循环"),
        ([field("a", show_when="1 +")], "表达式不完整"),
        ([field("a"), field("a")], "不能重复"),
        ([field("a", "radio")], "二者取一"),
        ([field("a", "colour")], "不在可选范围"),
        ([field("A")], "小写字母"),
        ([field("a", lable="x")], "不认识的项“lable”"),
        ([field("a", "repeat", fields=[field("b", "repeat", fields=[])])], "不能再套"),
        ([field("a", "id_number", documents=["card"])], "不认识的证件种类"),
    ],
)
def test_faults_of_a_schema_are_found_with_their_line(fields: list[dict], message: str) -> None:
    _, findings = read({"key": "f", "title": "表", "sections": [{"key": "s", "title": "节", "fields": fields}]})
    assert any(message in finding.message for finding in findings)
    assert all(finding.line >= 1 and finding.file == "p/forms/f.json" for finding in findings)


def test_a_fault_points_at_its_own_line() -> None:
    _, findings = read(
        {"key": "f", "title": "表", "sections": [{"key": "s", "title": "节", "fields": [field("a", "colour")]}]}
    )
    text = json.dumps(
        {"key": "f", "title": "表", "sections": [{"key": "s", "title": "节", "fields": [field("a", "colour")]}]},
        ensure_ascii=False,
        indent=1,
    )
    assert text.splitlines()[findings[0].line - 1].strip().startswith('"kind"')


def test_what_was_not_on_the_page_keeps_its_answer() -> None:
    found = form(field("a"), field("b", "checkboxes", options=YES_NO), field("c", "checkboxes", options=YES_NO), STAFF)
    raw = {"a": "旧", "b": ["yes"], "c": ["yes"], "staff": [{"name": "张三", "proof": "留着"}]}
    posted = QueryDict("a=%E6%96%B0&shown=b&staff.rows=2&staff.0.name=%E6%9D%8E%E5%9B%9B")
    assert posting.merge(found, raw, posted, locked={}) == {
        "a": "新", "b": [], "c": ["yes"], "staff": [{"name": "李四", "proof": "留着"}, {}],
    }  # fmt: skip


def test_rows_are_added_and_removed_by_buttons_within_their_limits() -> None:
    found = form(STAFF)
    raw: dict = {}
    posting.press(found, raw, "add:staff")
    assert raw == {"staff": [{}, {}]}  # the page showed one empty row already
    for _ in range(3):
        posting.press(found, raw, "add:staff")
    assert len(raw["staff"]) == 3
    posting.press(found, raw, "remove:staff:0")
    for nonsense in ("remove:staff:9", "remove:staff:x", "add:other", "remove", "add:a"):
        posting.press(found, raw, nonsense)
    assert len(raw["staff"]) == 2


def test_plain_answers_become_what_a_browser_sends_and_come_back() -> None:
    found = form(field("m", "money"), field("ok", "agree"), field("c", "checkboxes", options=YES_NO), STAFF)
    posted = QueryDict(mutable=True)
    answers = {"m": "12.30", "ok": True, "c": ["no"], "staff": [{"name": "张三"}]}
    for name, value in posting.posted_of(found, answers).items():
        posted.setlist(name, value)
    data = validate(found, posting.merge(found, {}, posted, locked={})).data
    assert data == {"m": 1230, "ok": True, "c": ["no"], "staff": [{"name": "张三"}]}
    assert validate(found, posting.raw_of(found, data)).data == data
    with pytest.raises(KeyError):
        posting.posted_of(found, {"nobody": 1})


def test_rows_for_paper_say_words_and_sources() -> None:
    found = form(
        field("place", "address", options=[{"value": "440703102", "label": "荷塘镇"}]),
        field("area", "decimal", unit="平方米"),
        field("who", "id_number"),
        STAFF,
    )
    data = {
        "place": {"region": "440703102", "detail": "中兴路 1 号"},
        "area": "80.5",
        "who": "11010519491231002X",
        "staff": [{"name": "张三"}],
    }
    (section,) = printing.sections(found, data, {"area": "省法人库 2026-03-02"}, no_tables, masked=True)
    assert section["rows"] == [
        ["place 标签", "荷塘镇中兴路 1 号", ""],
        ["area 标签", "80.5 平方米", "省法人库 2026-03-02"],
        ["who 标签", "110105********002X", ""],
        ["staff 标签 1·name 标签", "张三", ""],
    ]
    after = {**data, "area": "90", "staff": [{"name": "张三"}, {"name": "李四"}]}
    assert printing.differences(found, data, after, no_tables) == [
        ("area 标签", "80.5 平方米", "90 平方米"),
        ("staff 标签 2·name 标签", "", "李四"),
    ]
    assert printing.in_words(found, data, no_tables)["place"] == "荷塘镇中兴路 1 号"


@pytest.mark.parametrize("path", sorted(PACKS.glob("*/forms/*.json")), ids=lambda path: path.stem)
def test_forms_of_the_packs_are_sound(path: Path) -> None:
    found, findings = parse(PackFile(path.parts[-3], f"forms/{path.name}", path.read_bytes()).document)
    assert findings == []
    assert found.key == path.stem
    empty = validate(found, screens.with_rows(found, {}), now=NOW)
    assert empty.errors
    assert set(empty.errors) <= empty.visible | set(found.fields) | empty.required
