"""Every page of every item answers; the wizard leads from the first question to the saved list."""

import re

import pytest
from django.test import Client

from yipan.platform.catalogue import queries
from yipan.platform.catalogue.models import SavedAnswers

pytestmark = pytest.mark.usefixtures("published")


def test_every_guide_and_list_answers(client: Client):
    views = queries.in_force()
    assert len(views) == 24
    for view in views:
        page = client.get(f"/items/{view.item.key}/")
        assert page.status_code == 200, view.item.key
        assert view.item.title in page.content.decode()
    for address in ("/themes/", "/departments/", "/themes/legal/02/", "/departments/market/"):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "address", ["/items/none/", "/themes/legal/none/", "/departments/none/", "/items/none/situation/"]
)
def test_what_does_not_exist_is_not_found(client: Client, address: str):
    assert client.get(address).status_code == 404


def walk(client: Client, key: str, answers: dict[str, str]) -> str:
    """Answer question by question as a browser without script does."""
    address = f"/items/{key}/situation/"
    page = client.get(address)
    for _ in range(10):
        if page.status_code == 302:
            return page["Location"]
        asked = re.search(r'name="asked" value="(\w+)"', page.content.decode())
        assert asked, page.content.decode()[-2000:]
        posted = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
        page = client.post(address, posted | {asked.group(1): answers[asked.group(1)]})
    raise AssertionError("the questions never end")


def test_the_wizard_ends_in_the_applicants_own_list(client: Client):
    place = walk(
        client,
        "food_licence_new",
        {"prepackaged_only": "no", "catering": "yes", "hot_food": "yes", "central_ac": "no"},
    )
    page = client.get(place).content.decode()
    saved = SavedAnswers.objects.get()
    assert saved.answers == {"prepackaged_only": False, "catering": True, "hot_food": True, "central_ac": False}
    assert f"/apply/food_licence_new/?answers={saved.token}" in page
    assert "不使用集中空调通风系统的" in page


def test_a_question_left_empty_is_asked_again(client: Client):
    page = client.post("/items/food_licence_new/situation/", {"asked": "prepackaged_only"})
    assert page.status_code == 422
    assert "请选择一项" in page.content.decode()
    assert SavedAnswers.objects.count() == 0


def test_an_item_without_questions_goes_straight_to_its_list(client: Client):
    page = client.get("/items/employment_registration/situation/")
    assert page.status_code == 302
    assert client.get(page["Location"]).status_code == 200


def test_a_forged_token_is_not_found(client: Client):
    assert client.get("/items/food_licence_new/answers/AAAA/").status_code == 404
