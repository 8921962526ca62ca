"""The device bridge over HTTP: who may ask, what devices answer, their troubles; nothing of a client stays behind."""

import base64
import io

import pytest
from PIL import Image

from yipan_bridge.app import create_app
from yipan_bridge.simulator import Card, Simulator

ORIGIN, TOKEN = "http://127.0.0.1:8700", "A1B2C3D4"


@pytest.fixture
def devices():
    return Simulator()


@pytest.fixture
def client(devices):
    return create_app(devices, origins=frozenset({ORIGIN}), token=TOKEN, simulator=devices).test_client()


def ask(client, path, body=None, *, origin=ORIGIN, token=TOKEN):
    headers = {"Origin": origin, "X-Bridge-Token": token}
    return client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)


def picture(address):
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(("origin", "token", "status"), [
    ("https://example.com", TOKEN, 403), ("", TOKEN, 403), (ORIGIN, "", 401), (ORIGIN, "A1B2C3D5", 401),
    (ORIGIN, TOKEN, 200),
])  # fmt: skip
def test_only_a_paired_window_of_a_known_address_may_ask(client, origin, token, status):
    for path, body in (("/devices", None), ("/read-id", {}), ("/scan", {}), ("/sign", {}), ("/clear", {})):
        answer = ask(client, path, body, origin=origin, token=token)
        assert answer.status_code == status, path
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        assert allowed == (ORIGIN if origin == ORIGIN else None)


def test_a_browser_may_ask_beforehand_also_for_the_private_network(client):
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = client.options("/scan", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
    assert "X-Bridge-Token" in answer.headers["Access-Control-Allow-Headers"]
    assert client.options("/scan", headers=headers | {"Origin": "https://example.com"}).status_code == 403


def test_a_card_a_stack_a_signature_and_a_slip(client, devices):
    assert ask(client, "/read-id", {}).get_json() == {
        "name": "黄家俊", "kind": "resident_id", "number": "440703199003070013",
    }  # fmt: skip
    devices.sheets = ["M4", "", "M5"]
    pages = ask(client, "/scan", {}).get_json()["pages"]
    assert [page["code"] for page in pages] == ["M4", "", "M5"]
    assert len({picture(page["picture"]).tobytes() for page in pages}) == 3
    assert picture(ask(client, "/sign", {"about": "食品经营许可"}).get_json()["picture"]).mode == "RGBA"
    assert ask(client, "/print", {"lines": ["收件小票", "短号：123"]}).get_json() == {"printed": True}
    assert devices.slips == [["收件小票", "短号：123"]]


@pytest.mark.parametrize(("path", "kind", "body"), [
    ("/scan", "scanner", {}), ("/read-id", "reader", {}), ("/sign", "pad", {}), ("/print", "printer", {"lines": ["a"]}),
])  # fmt: skip
def test_troubles_are_told_in_words_with_a_code(client, devices, path, kind, body):
    devices.troubled = {kind}
    answer = ask(client, path, body)
    assert (answer.status_code, bool(answer.get_json()["message"])) == (409, True)
    devices.troubled, devices.unplugged = set(), {kind}
    assert ask(client, path, body).get_json()["code"] == "missing"
    states = {one["kind"]: one["state"] for one in ask(client, "/devices").get_json()["devices"]}
    assert states == {name: "missing" if name == kind else "ready" for name in states}


def test_an_empty_feeder_and_no_card_say_what_to_do(client, devices):
    devices.sheets, devices.card = [], None
    assert "请放入材料" in ask(client, "/scan", {}).get_json()["message"]
    assert "请把证件放在读卡区" in ask(client, "/read-id", {}).get_json()["message"]
    assert ask(client, "/print", {"lines": []}).status_code == 422


def test_handing_over_leaves_nothing(client, devices):
    devices.card, devices.sheets, devices.slips = Card("某人", "resident_id", "1"), ["M1"], [["a"]]
    ask(client, "/clear", {})
    assert (devices.card, devices.sheets, devices.slips) == (None, [], [])


def test_the_page_of_the_simulator_sets_its_state_and_no_other_site_can(client, devices):
    told = {"name": "林佩珊", "number": "440703199003070013", "kind": "resident_id", "sheets": "M4\n-\n", "slow": "0",
            "troubled-printer": "on"}  # fmt: skip
    assert client.post("/simulator", data=told, headers={"Origin": "https://example.com"}).status_code == 403
    assert client.post("/simulator", data=told).status_code == 302
    assert (devices.card.name, devices.sheets, devices.troubled) == ("林佩珊", ["M4", ""], {"printer"})
    page = client.get("/").get_data(as_text=True)
    assert TOKEN in page
    assert "林佩珊" in page
