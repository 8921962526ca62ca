"""Outside systems put work into the one to-do over the JSON interface, with a key of their own."""

import pytest

from yipan.platform.exchange.tests.conftest import _installed, as_staff, district, new_key  # noqa: F401
from yipan.platform.people import queries as people
from yipan.platform.processes import api, queries

pytestmark = pytest.mark.django_db
assert api.POST_RIGHT  # the scope is declared with the interface
ASKED = {
    "key": "oa-17",
    "title": "请会签《方案》",
    "url": "https://oa.example/17",
    "unit": "market",
    "roles": ["reviewer"],
}


@pytest.fixture
def call(client, new_key):  # noqa: F811
    """``call("", {…})`` posts with a key of the market bureau's application; the answer."""
    keys = {name: new_key("errands.post").text for name in ("oa", "other")}

    def send(path, body, by="oa"):
        return client.post(
            f"/api/v1/errands{path}", body, content_type="application/json",
            headers={"Authorization": f"Bearer {keys[by]}"},
        )  # fmt: skip

    return send


def titles(login, box="todo"):
    return [(line.title, line.task_name) for line in queries.todo(people.actor_of(login), box).lines]


def test_work_of_another_system_comes_and_goes(call):
    """Issue 2 §3: one to-do for all rooms and outside systems."""
    assert call("", ASKED).status_code == 200
    assert titles("market.reviewer") == [("请会签《方案》", "区共享平台")]
    assert titles("health.reviewer") == []
    assert (
        call("", ASKED | {"title": "请尽快会签《方案》", "people": ["market.decider"], "roles": []}).status_code == 200
    )
    assert (titles("market.reviewer"), len(titles("market.decider"))) == ([], 1)
    assert call("/close", {"key": "oa-17"}, by="other").json() == {"closed": False}  # another's key is another errand
    assert call("/close", {"key": "oa-17", "login": "market.decider"}).json() == {"closed": True}
    assert call("/close", {"key": "oa-17"}).json() == {"closed": False}
    assert titles("market.decider") == []
    assert titles("market.decider", "concluded") == [("请尽快会签《方案》", "区共享平台")]


def test_copies_to_read_come_the_same_way(call):
    call("", ASKED | {"read_only": True, "people": ["market.examiner"], "roles": []})
    assert titles("market.examiner") == []
    assert len(titles("market.examiner", "to_read")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"people": ["health.examiner"]}, "people"), ({"people": ["nobody"]}, "people"), ({"roles": ["king"]}, "roles"),
        ({"roles": []}, "people"), ({"unit": "nowhere"}, "unit"), ({"url": "javascript:alert(1)"}, "url"),
        ({"title": ""}, "title"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(call, wrong, field):
    answer = call("", ASKED | wrong)
    assert answer.status_code == 422
    assert any(field in fault["field"] for fault in answer.json()["faults"]), answer.json()
    assert titles("market.reviewer") == []


def test_only_units_the_application_answers_for(call):
    assert call("", ASKED | {"unit": "health"}).status_code == 403


def test_no_key_without_the_scope(client, new_key):  # noqa: F811
    headers = {"Authorization": f"Bearer {new_key('outbox.read').text}"}
    answer = client.post("/api/v1/errands", ASKED, content_type="application/json", headers=headers)
    assert answer.status_code == 403
