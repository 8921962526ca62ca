"""The result page: works without script, logs the search, never shows a case."""

import pytest
from django.test import Client

from yipan.platform.search import actions
from yipan.platform.search.domain import Entry
from yipan.platform.search.models import Query

pytestmark = pytest.mark.django_db


def test_result_page(client: Client):
    actions.put([Entry("item", "a", "失业登记", "/items/a/", summary="简介", facets=("online",))])
    page = client.get("/search/", {"q": "失業登記"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "/items/a/" in text
    assert "可网办" in text
    assert Query.objects.get().hits == 1


def test_zero_result_page_offers_people(client: Client):
    text = client.get("/search/", {"q": "量子纠缠加速器"}).content.decode()
    assert "12345" in text
    assert Query.objects.get().hits == 0


def test_case_number_leads_to_progress_and_is_not_logged(client: Client):
    text = client.get("/search/", {"q": "12441500196720244T3442199806003202206230068"}).content.decode()
    assert "办件编号" in text
    assert Query.objects.count() == 0


@pytest.mark.parametrize("query", ["q=%20&page=x", "q=a&page=-1", "q=a&kind=nope&f=x", "q=" + "长" * 500, "page=99999"])
def test_bad_parameters_are_harmless(client: Client, query):
    assert client.get("/search/?" + query).status_code == 200


def test_a_null_byte_is_refused(client: Client):
    assert client.get("/search/?q=%00&page=x").status_code == 400


def test_analysis_needs_the_right(client: Client):
    assert client.get("/admin/search/").status_code in (302, 403)
