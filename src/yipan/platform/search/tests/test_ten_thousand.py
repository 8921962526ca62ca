"""Searching among ten thousand items: what is right with ten must be right with all, for the same few statements."""

import random
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from yipan.platform.search import actions, queries
from yipan.platform.search.domain import Entry, initials, pinyin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten_thousand")]

# What items are about, what is asked for, and in which case: 25 × 20 × 20 names, no two alike.
ABOUT = [
    "食品", "药品", "医疗器械", "公共场所", "户外广告", "城镇污水", "道路货物", "建筑工程", "水土保持", "劳务派遣",
    "人力资源", "娱乐场所", "出版物", "特种设备", "危险化学品", "民办学校", "养老机构", "农药", "种子", "动物诊疗",
    "烟花爆竹", "旅馆业", "互联网上网", "建筑垃圾", "不动产",
]  # fmt: skip
ASKED = [
    "经营许可", "生产许可", "登记", "备案", "资质认定", "检验核准", "从业注册", "设立审批", "变更审批", "延续审批",
    "注销登记", "补证", "年度报告", "方案审查", "竣工验收", "使用登记", "运输许可", "处置核准", "临时许可", "资格确认",
]  # fmt: skip
CASE = [
    "新办", "告知承诺", "个体", "企业", "事业单位", "首次", "增项", "跨区", "简易程序", "一般程序", "临时", "自助",
    "委托", "港澳投资", "外商投资", "分支机构", "小微企业", "农村", "园区", "试点",
]  # fmt: skip
NAMES = [(a, b, c) for a in ABOUT for b in ASKED for c in CASE]
TRADITIONAL = str.maketrans("经营许备资质认检验从业册设销补证报监审", "經營許備資質認檢驗從業冊設銷補證報監審")


def title(parts: tuple[str, str, str]) -> str:
    return f"{parts[0]}{parts[1]}（{parts[2]}）"


def code(number: int) -> str:
    return f"11440703MB9P00026K4{44_01_31_000_000 + number:012d}"


@pytest.fixture(scope="module")
def ten_thousand(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        actions.put(
            Entry(
                "item", f"i{n}", title(parts), f"/items/i{n}/", aliases=(f"办{parts[0]}{parts[1][:2]}证",),
                codes=(code(n)[19:], code(n), code(n) + "01"), facets=("online",) if n % 2 else (),
                unit_name="某局", region="440703", popularity=n % 7,
            )
            for n, parts in enumerate(NAMES)
        )  # fmt: skip
        actions.put([Entry("item", "unemployment", "失业登记", "/items/unemployment/", aliases=("失业证",))])
        with connection.cursor() as cursor:
            # What the server does by itself after a while: entries waiting beside an index make it look dear.
            cursor.execute(
                "SELECT gin_clean_pending_list(x.indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid "
                "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND x.indrelid = 'search_document'::regclass"
            )
            cursor.execute("ANALYZE search_document")
        yield
        transaction.set_rollback(True)


SOME = random.Random(7).sample(range(len(NAMES)), 12)
some_items = pytest.mark.parametrize("number", SOME)


def keys(text: str, **more) -> list[str]:
    return [hit.key for hit in queries.find(text, **more).hits]


def test_the_index_holds_them_all():
    assert len(NAMES) == len(set(map(title, NAMES))) == 10_000
    assert queries.find("许可").total > 1000


@some_items
def test_a_name_finds_its_item_first(number: int):
    about, asked, case = NAMES[number]
    assert keys(title(NAMES[number]))[0] == f"i{number}"
    assert keys(f"{about}{asked}{case}")[0] == f"i{number}", "without the brackets"
    assert keys(title(NAMES[number]).translate(TRADITIONAL))[0] == f"i{number}", "traditional characters"
    assert keys("　" + title(NAMES[number]).replace("（", " ").replace("）", ""))[0] == f"i{number}"


@some_items
def test_an_alias_and_a_part_find_it(number: int):
    about, asked, _ = NAMES[number]
    assert f"i{number}" in keys(f"办{about}{asked[:2]}证", limit=100)
    found = queries.find(f"{about}{asked}", limit=100)
    assert f"i{number}" in [hit.key for hit in found.hits]
    assert found.counts["item"] >= 20
    assert all(about in hit.title and asked in hit.title for hit in found.hits[:20])


@some_items
def test_pinyin_and_initials_find_it(number: int):
    about, asked, _ = NAMES[number]
    whole = f"{about}{asked}"
    for typed in (pinyin(whole), initials(whole), pinyin(whole).upper()):
        titles = [hit.title for hit in queries.find(typed, limit=100).hits]
        assert title(NAMES[number]) in titles or any(found.startswith(whole) for found in titles[:20]), typed
    assert any(whole in hit.title for hit in queries.find(pinyin(asked), limit=100).hits) or pinyin(asked)


@some_items
def test_numbers_of_12_31_and_33_digits_find_exactly_one(number: int):
    """Sheet 23 c2."""
    whole = code(number)
    for typed in (whole[19:], whole, whole + "01", whole.lower(), f" {whole} "):
        assert keys(typed) == [f"i{number}"], typed


@pytest.mark.parametrize("typed", ["sydj", "shiyedengji", "失業登記", "失业登计", "失业登记", "ｓｙｄｊ", "失业登录"])
def test_one_among_ten_thousand(typed: str):
    """Sheet 23 h1, in a full catalogue."""
    assert keys(typed)[0] == "unemployment"


@some_items
def test_a_slip_still_finds_it(number: int):
    about, asked, _ = NAMES[number]
    wrong = about[:-1] + "某" + asked
    found = queries.find(wrong)
    assert found.guessed
    assert any(hit.title.startswith(f"{about}{asked}") for hit in found.hits), wrong


def test_filters_pages_and_order_are_stable():
    seen: list[str] = []
    for offset in range(0, 100, 20):
        seen += keys("食品经营", facets=["online"], offset=offset)
    assert len(seen) == len(set(seen))
    assert all(int(key[1:]) % 2 for key in seen)
    assert seen == [key for offset in range(0, 100, 20) for key in keys("食品经营", facets=["online"], offset=offset)]


@pytest.mark.parametrize(
    "typed", ["失业登记", "食品", "食品经营许可（新办）", "spjyxk", "shipin", "11440703MB9P00026K4440131000007", "许可"]
)
def test_a_search_takes_three_statements_however_much_there_is(typed: str):
    with CaptureQueriesContext(connection) as statements:
        assert queries.find(typed).hits
    assert len(statements) == 3


def test_a_guess_takes_three_statements_too():
    with CaptureQueriesContext(connection) as statements:
        assert queries.find("食品京营许坷").hits
    assert len(statements) == 3


@pytest.mark.parametrize("typed", ["食品经营", "spjy", "11440703MB9P00026K4440131000007", "失业登记"])
def test_no_search_reads_the_whole_table(typed: str):
    """Every way of matching has its index; a plan that scans the table would grow with the catalogue."""
    with CaptureQueriesContext(connection) as statements:
        queries.find(typed)
    reading = [one["sql"] for one in statements if "FROM search_document" in one["sql"]]
    assert reading
    for sql in reading:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + sql)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Seq Scan on search_document" not in plan, plan
