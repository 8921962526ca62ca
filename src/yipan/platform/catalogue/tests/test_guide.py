"""The guide: every element of sheet 22 d1 and d7 in words, what a new version changed, one sheet of paper."""

import re
from html import unescape

import pytest
from django.test import Client

from yipan.platform.catalogue import queries
from yipan.platform.catalogue.domain import differences, elements, item_of, materials

pytestmark = pytest.mark.usefixtures("published")

# Sheet 22 d1 and d7, as the guide names them.
ELEMENTS = [
    "事项名称", "业务办理项", "基本编码", "实施编码", "业务办理项编码", "事项类型", "权力来源", "行使层级", "实施主体",
    "实施主体性质", "实施主体代码", "委托部门", "受理机构", "联办机构", "服务对象", "事项状态", "办件类型", "办理形式",
    "在哪里办", "网上办理深度", "通办范围", "进驻政务大厅", "预约办理", "物流快递", "自助终端办理", "网上支付",
    "中介服务", "数量限制", "告知承诺", "法定办结时限", "承诺办结时限", "延长时限", "特别程序", "补正期限",
    "到办事现场次数", "跑动说明", "是否收费", "结果名称", "结果类型", "有效期",
]  # fmt: skip
SECTIONS = [
    "申请材料", "办理流程", "受理条件", "时限、次数与收费", "办理地点和咨询", "设定依据和救济", "基本信息",
    "版本与更新",
]  # fmt: skip


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_every_element_of_every_item_has_words():
    names = queries.names()
    for view in queries.in_force():
        rows = {label: value for group in elements(view.item, names) for label, value in group.rows}
        assert set(ELEMENTS) <= set(rows), view.item.key
        for label, value in rows.items():
            assert value.strip(), (view.item.key, label)
            assert not re.fullmatch(r"[0-9]{1,2}|[a-z_、]+", value), (
                view.item.key,
                label,
                value,
            )  # a code without words
        for row in materials(view.item, names):
            assert all((row.need, row.form, row.source)), (view.item.key, row.material.code)


@pytest.mark.parametrize(
    "key", ["public_place_hygiene_new", "food_licence_new", "birth_registration", "soil_water_plan"]
)
def test_the_page_shows_every_element_and_section(client: Client, key: str):
    text = page(client, f"/items/{key}/")
    for words in (*ELEMENTS, *SECTIONS):
        assert words in text, words
    view = next(view for view in queries.in_force() if view.item.key == key)
    for material in view.item.materials:
        assert material.name in text
        assert material.by_law in text
        assert not material.not_needed_when or material.not_needed_when in text
    for words in (view.item.raw["remedies"].values(), view.item.raw["accept_conditions"]):
        assert all(one in text for one in words)
    assert "蓬江区政务服务中心" in text
    assert "9:00–12:00、13:30–17:00" in text
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", text), "a key instead of a name"


def test_the_guide_of_the_sheet(client: Client):
    """Sheet 22 d7: 公共场所卫生许可-新办-告知承诺, the shape every guide must reach."""
    text = page(client, "/items/public_place_hygiene_new/")
    for words in (
        "11440703MB9P0004294000123016000", "11440703MB9P000429400012301600001", "行政许可", "法定本级行使", "县级",
        "江门市蓬江区卫生健康局", "法定机关", "《公共场所卫生管理条例实施细则》", "承诺件", "20个工作日", "10个工作日",
        "承诺办结时限（告知承诺）", "1个工作日", "全程网上办理", "免提交", "可告知承诺", "可容缺 5 个工作日", "不收费",
        "公共场所卫生许可证", "4年", "12345", "全市通办（B 类", "全程网办", "60日", "6个月",
    ):  # fmt: skip
        assert words in text, words


def test_version_update_and_what_changed(client: Client):
    """Sheet 23 c5: version, update date, difference from the former version; sheet 22 d7: 承诺时限 3→1."""
    text = page(client, "/items/public_place_hygiene_new/")
    assert "第 2 版" in text
    assert "与第 1 版（2021-01-01 起）的区别：1 处" in text
    view = queries.versions("public_place_hygiene_new")[0]
    before = queries.former(view)
    assert before is not None
    (change,) = differences(before.item, view.item, queries.names())
    assert (change.label, change.before, change.after) == ("承诺办结时限（告知承诺）", "3个工作日", "1个工作日")
    assert queries.former(before) is None
    assert "的区别" not in page(client, "/items/senior_card/")


def test_differences_name_what_an_applicant_would_notice():
    view = next(view for view in queries.in_force() if view.item.key == "food_licence_new")
    raw = dict(view.item.raw)
    fourth = {**raw["materials"][3], "name": "布局图"}
    changed = item_of({**raw, "materials": [*raw["materials"][:3], fourth], "contact": "0750-3221234"})
    found = {change.label: change for change in differences(view.item, changed, queries.names())}
    assert found["材料：布局图"].before == "（无）"
    assert found["材料：食品安全规章制度"].after == "（无）"
    assert found["咨询方式"].after == "0750-3221234"
    assert "材料：营业执照" not in found


def test_paper_guide_has_a_code_and_what_one_needs(client: Client):
    answer = client.get("/items/labour_dispatch/print/")
    text = answer.content.decode()
    assert "<svg" in text
    for words in ("申请材料", "承诺办结时限", "7个工作日", "办理地点", "12345", "第 1 版", "/items/labour_dispatch/"):
        assert words in text, words
    assert client.get("/items/none/print/").status_code == 404


def test_a_guide_costs_the_same_statements_whatever_it_shows(client: Client, django_assert_max_num_queries):
    client.get("/items/food_licence_new/")
    with django_assert_max_num_queries(14):
        client.get("/items/food_licence_new/")


def test_empty_forms_and_samples_can_be_fetched(client: Client):
    """Sheet 23 c5: materials with 模板 and 样例; what a guide names, it also gives."""
    fetched = []
    for view in queries.in_force():
        text = client.get(f"/items/{view.item.key}/").content.decode()
        for material in view.item.materials:
            for words, paper, name in (
                (material.sample, material.sample_paper, "sample"),
                (material.template, material.template_paper, "form"),
            ):
                assert bool(words) == bool(paper), (view.item.key, material.code)
                if not paper:
                    continue
                address = f"/items/{view.item.key}/materials/{material.code}/{name}.pdf"
                assert f'href="{address}"' in text
                answer = client.get(address)
                assert answer["Content-Type"] == "application/pdf"
                assert answer.content.startswith(b"%PDF-")
                fetched.append(paper)
    assert len(fetched) == len(set(fetched)) == 8
    assert client.get("/items/food_licence_new/materials/M1/sample.pdf").status_code == 404
    assert client.get("/items/food_licence_new/materials/none/form.pdf").status_code == 404
