"""The search with the content that comes with the product: what a citizen types, and what he is shown first."""

import datetime as dt
from collections.abc import Iterator

import installed
import pytest
from django.test import Client

from yipan.kernel.clock import SHANGHAI
from yipan.platform import calendar
from yipan.platform.search import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
# One matter of life and the four items it needs (sheet 23 d): no 公共场所卫生许可 since 国发〔2016〕12号.
RESTAURANT = {"food_licence_new", "outdoor_advertising", "sewage_discharge", "sole_trader_registration"}


@pytest.fixture(scope="module")
def content(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    from yipan.faces.portal.content import PortalLoader
    from yipan.platform.catalogue.loader import BaseItemLoader, CodesLoader, ItemLoader
    from yipan.platform.search.loader import SynonymLoader
    from yipan.platform.ui import site

    loaders = (site.SiteLoader(), CodesLoader(), BaseItemLoader(), ItemLoader(), SynonymLoader(), PortalLoader())
    with installed.content(django_db_blocker, *loaders):
        yield
    site.forget()


def found(text: str, **more) -> list[tuple[str, str]]:
    return [(hit.kind, hit.key) for hit in queries.find(text, **more).hits]


@pytest.mark.parametrize("text", ["sydj", "shiyedengji", "失業登記", "失业登计", "失业登记", "SYDJ", "ｓｙｄｊ"])
def test_unemployment_registration_is_first(text: str):
    """Sheet 23 h1."""
    assert found(text)[0] == ("item", "unemployment_registration")


def test_opening_a_restaurant_shows_the_matter_of_life_and_four_items(client: Client):
    """Sheet 23 h1."""
    hits = found("开饭店")
    assert hits[0] == ("one_thing", "open_restaurant")
    assert {key for kind, key in hits if kind == "item"} == RESTAURANT
    page = client.get("/search/", {"q": "开饭店"}).content.decode()
    assert page.index("/one-thing/open_restaurant/") < page.index("/items/food_licence_new/")
    thing = client.get("/one-thing/open_restaurant/").content.decode()
    assert all(f"/items/{key}/" in thing for key in RESTAURANT)
    assert "public_place_hygiene_new" not in thing


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("开公司", "sole_trader_registration"), ("营业执照", "sole_trader_registration"),
        ("二胎", "birth_registration"), ("准生证", "birth_registration"),
        ("残疾证", "disability_card"), ("下水道", "sewage_discharge"),
        ("排污", "sewage_discharge"), ("招牌", "outdoor_advertising"), ("老人证", "senior_card"),
        ("派遣", "labour_dispatch"), ("医保外地", "remote_medical_filing"),
    ],
)  # fmt: skip
def test_synonyms_of_the_sheet(text: str, first: str):
    """Sheet 23 c2."""
    assert next(key for kind, key in found(text) if kind == "item") == first


@pytest.mark.parametrize("text", ["理发店卫生证", "美容院许可", "衛生許可"])
def test_synonyms_of_the_guide_of_the_sheet(text: str):
    """Sheet 22 d7."""
    assert ("item", "public_place_hygiene_new") in found(text)[:2]


def test_every_item_is_found_by_name_alias_initials_and_codes():
    from yipan.platform.catalogue import queries as catalogue
    from yipan.platform.search.domain import initials

    for view in catalogue.in_force():
        item = view.item
        here = ("item", item.key)
        assert found(item.title)[0] == here
        for alias in item.aliases:
            assert here in found(alias, limit=30), (item.key, alias)
        assert here in found(initials(item.title.split("（")[0]), limit=30), item.key
        for code in (item.catalog_code, item.task_code, item.variant_code):
            assert found(code) == [here], code


def test_questions_and_announcements_have_tabs_of_their_own(client: Client):
    """Sheet 23 c2: tabs 事项, 一件事, 问答, 公告."""
    assert found("选择告知承诺后多久来检查")[0][0] == "faq"
    assert ("announcement", "spring-holiday") in found("春节假期")
    page = client.get("/search/", {"q": "卫生许可"}).content.decode()
    for words in ("事项", "一件事", "问答", "公告"):
        assert words in page


@pytest.mark.parametrize(
    ("facet", "key", "other"),
    [
        ("exempt", "senior_card", None),
        ("instant", "senior_card", "senior_allowance"),
        ("person", "senior_card", None),
        ("firm", None, "senior_card"),
        ("online", "senior_card", None),
    ],
)
def test_filters(facet: str, key: str | None, other: str | None):
    """Sheet 23 c2: filters object, 可网办, 免提交."""
    kept = [hit for _, hit in found("老年人", facets=[facet], limit=30)]
    assert key is None or key in kept
    assert other is None or other not in kept


def test_a_case_number_leads_to_the_progress_page_and_shows_nothing(client: Client):
    """Sheet 23 c2 and f4: the number is passed on, a second proof is asked for."""
    number = "11440703MB9P00026K4000131024000202603020001"
    page = client.get("/search/", {"q": number}).content.decode()
    assert f'href="/progress/?short_no={number}"' in page
    asked = client.get("/progress/", {"short_no": number}).content.decode()
    assert f'value="{number}"' in asked
    assert 'name="query_code"' in asked


def test_what_was_not_found_stands_in_the_weekly_list(client: Client):
    """Sheet 23 h1: a phrase without result appears in next week's list."""
    monday = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    calendar.set_clock(monday, frozen=True)
    page = client.get("/search/", {"q": "量子纠缠许可证"}).content.decode()
    assert "12345" in page
    client.get("/search/", {"q": "失业登记"})
    rows = queries.searched(dt.date(2026, 3, 2), dt.date(2026, 3, 8), only_without=True)
    assert [(row.text, row.without) for row in rows] == [("量子纠缠许可证", 1)]
