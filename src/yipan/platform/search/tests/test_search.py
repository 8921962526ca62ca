"""Searching on real PostgreSQL: the words of the portal's sheet, ranking, slips, filters, the log."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import yipan
from yipan.kernel.packs import read_yaml
from yipan.platform.search import actions, queries, registry
from yipan.platform.search.domain import Entry
from yipan.platform.search.models import Document, Query
from yipan.platform.search.words import parse_words

pytestmark = pytest.mark.django_db

WORDS = Path(yipan.__file__).parent / "packs/core/synonyms/everyday.yaml"
ITEMS = [
    ("unemployment_registration", "失业登记", ("失业证", "就业创业证")),
    ("employment_registration", "就业登记（灵活就业）", ("灵活就业",)),
    ("birth_registration", "生育登记", ("准生证",)),
    ("food_licence_new", "食品经营许可（新办）", ("食品证", "餐饮许可证")),
    ("public_place_hygiene_new", "公共场所卫生许可（新办）", ("卫生许可证", "美容院许可")),
    ("sewage_discharge", "城镇污水排入排水管网许可（新办）", ("排水许可",)),
    ("senior_card", "老年人优待证（60周岁以上）", ("敬老卡",)),
    ("sole_trader_registration", "个体工商户设立登记", ("个体户",)),
    ("outdoor_advertising", "大型户外广告设置审批", ("户外广告",)),
]


@pytest.fixture
def index():
    actions.put(
        Entry("item", key, title, f"/items/{key}/", aliases=aliases, body="到政务服务中心办理，带身份证。")
        for key, title, aliases in ITEMS
    )
    words, findings = parse_words(read_yaml(WORDS.read_text("utf-8"), "everyday.yaml"))
    assert findings == []
    actions.replace_words(words, source="test")


def keys(text: str, **more) -> list[str]:
    return [hit.key for hit in queries.find(text, **more).hits]


@pytest.mark.parametrize(
    "text",
    ["失业登记", "sydj", "shiyedengji", "SHIYEDENGJI", "失業登記", "失业登计", "ｓｙｄｊ", "蓬江区失业登记怎么办"],
)
def test_unemployment_registration_is_first(index, text):
    """Sheet 23 h1."""
    assert keys(text)[0] == "unemployment_registration"


def test_slip_that_does_not_sound_the_same(index):
    found = queries.find("失业登录")
    assert found.guessed
    assert found.hits[0].key == "unemployment_registration"
    assert keys("shiyedenji")[0] == "unemployment_registration"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("下水道", "sewage_discharge"),
        ("老人证", "senior_card"),
        ("招牌", "outdoor_advertising"),
        ("二胎", "birth_registration"),
    ],
)
def test_everyday_words(index, text, key):
    assert keys(text)[0] == key


def test_guesthouse_needs_two_licences(index):
    assert set(keys("开宾馆")[:2]) == {"food_licence_new", "public_place_hygiene_new"}
    assert set(keys("我要开宾馆要办什么证")[:2]) == {"food_licence_new", "public_place_hygiene_new"}


def test_restaurant_shows_four_items_without_hygiene_licence(index):
    """Sheet 23 h1 and d: 国发〔2016〕12号 took the hygiene licence away from restaurants."""
    found = keys("开饭店")
    assert found[:1] == ["food_licence_new"] or "food_licence_new" in found[:4]
    assert len(found) == 4
    assert "public_place_hygiene_new" not in found


def test_exact_name_before_alias_before_text(index):
    actions.put(
        [
            Entry("item", "text", "其他事项", "/t/", body="这里提到排水许可。"),
            Entry("item", "name", "排水许可", "/n/"),
        ]
    )
    assert keys("排水许可") == ["name", "sewage_discharge", "text"]


def test_one_character_and_the_middle_of_a_name(index):
    assert "senior_card" in keys("老")
    assert "sewage_discharge" in keys("管网")
    assert "public_place_hygiene_new" in keys("wsxk")


def test_codes(index):
    code = "11440703MB9P00026K4000131024000"
    actions.put([Entry("item", "coded", "某事项", "/c/", codes=(code[19:], code, code + "01"))])
    for text in (code, code + "01", code[19:], code.lower()):
        assert keys(text) == ["coded"]
    assert keys("000131099999") == []


def test_facets_kinds_region_and_paging(index):
    actions.put(
        [
            Entry("policy", f"p{n:02}", f"失业登记补贴政策{n:02}", "/p/", facets=("online",) if n % 2 else ())
            for n in range(30)
        ]
    )
    found = queries.find("失业登记")
    assert found.counts == {"item": 1, "policy": 30}
    assert found.hits[0].key == "unemployment_registration"
    assert found.more
    assert queries.find("失业登记", kinds=["policy"], facets=["online"]).total == 15 + 1 - 1
    first, second = (keys("失业登记", kinds=["policy"], offset=n) for n in (0, 20))
    assert len(first) == 20
    assert len(second) == 10
    assert not set(first) & set(second)
    actions.put(
        [
            Entry("policy", "far", "失业登记补贴政策99", "/p/", region="440704"),
            Entry("policy", "near", "失业登记补贴政策98", "/p/", region="440703"),
        ]
    )
    assert keys("失业登记补贴政策9", kinds=["policy"], region="440703")[0] == "near"


def test_nothing_is_found_for_nonsense(index):
    found = queries.find("量子纠缠加速器")
    assert found.hits == ()
    assert found.total == 0


@pytest.mark.parametrize("text", ["", "'", "%", "\\", "a'b", ":*", "<->", "!!", "𠮷野家", "㛃"])
def test_odd_texts_do_no_harm(index, text):
    queries.find(text)


def test_a_search_takes_three_statements(index):
    with CaptureQueriesContext(
        connection,
    ) as statements:
        queries.find("失业登记")
    assert len(statements) == 3


def test_rewriting_and_removing(index):
    actions.put([Entry("item", "senior_card", "长者证", "/x/")])
    assert keys("优待证") == []
    assert keys("长者证") == ["senior_card"]
    assert actions.remove("item", ["senior_card"]) == 1
    assert keys("长者证") == []


def test_rebuild_drops_what_its_room_no_longer_has(index):
    registry.register("sample", "样例", lambda: [Entry("sample", "a", "样例甲", "/a/")])
    try:
        actions.put([Entry("sample", "old", "样例旧", "/o/")])
        assert actions.rebuild("sample") == 1
        assert set(Document.objects.filter(kind="sample").values_list("key", flat=True)) == {"a"}
        assert Document.objects.filter(kind="item").count() == len(ITEMS)
    finally:
        registry._kinds.pop("sample")


def test_searches_without_result_are_listed_without_identity(index):
    """Sheet 23 h1: a zero-result phrase appears in the weekly list; d: logged without identity."""
    actions.log_search("量子 440703199003070013", kind="", hits=0, guessed=False, day=date(2026, 3, 2))
    actions.log_search("失业登记", kind="", hits=3, guessed=False, day=date(2026, 3, 2))
    rows = queries.searched(date(2026, 3, 2), date(2026, 3, 8), only_without=True)
    assert [(row.text, row.without) for row in rows] == [("量子 #", 1)]
    assert queries.rates(date(2026, 3, 2), date(2026, 3, 8)).share == "50.0%"
    assert {field.name for field in Query._meta.fields} == {"id", "day", "text", "kind", "hits", "guessed"}


def test_words_file_faults_are_explained():
    text = "synonyms:\n  - {words: [证], items: [x]}\n  - {words: [老人证]}\nignore: [老人证]\nextra: 1\n"
    _, findings = parse_words(read_yaml(text, "w.yaml"))
    assert [finding.line for finding in findings] == [2, 3, 4, 5]
