"""What every operation shares: who may enter, the one shape of refusals, and what is never taken in."""

import json

import pytest
from django.conf import settings
from django.test import Client

from yipan.platform.ui import intake, interface

API = "/api/v1"
SHAPE = {"code", "message", "faults", "request_id"}


def test_visitors_are_sent_to_sign_in(district, client):
    answer = client.get(f"{API}/me")
    assert answer.status_code == 401
    assert set(answer.json()) == SHAPE
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_writing_with_a_session_needs_the_csrf_token(district, as_staff):
    strict = as_staff("market.examiner", Client(enforce_csrf_checks=True))
    body = {"data": json.dumps({}), "content_type": "application/json"}
    refused = strict.post(f"{API}/messages/read", **body)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]
    page = strict.get("/me/")
    token = strict.cookies[settings.CSRF_COOKIE_NAME].value
    assert page.status_code == 200
    assert strict.post(f"{API}/messages/read", headers={"X-CSRFToken": token}, **body).status_code == 200
    assert strict.get(f"{API}/messages").status_code == 200, "reading needs no token"


def test_whoever_sends_a_key_is_the_application_even_with_a_session(district, as_staff):
    answer = as_staff("market.examiner").get(f"{API}/me", headers={"Authorization": "Bearer yk_0_x"})
    assert answer.status_code == 401


def test_the_second_factor_is_asked_on_every_call(district, as_staff, settings):
    """Session opened before the factor was switched on: nothing is answered until it is given."""
    client = as_staff("market.examiner")
    session = client.session
    session["people.verified"] = False
    session.save()
    settings.YIPAN_SECOND_FACTOR = True
    answer = client.get(f"{API}/me")
    assert answer.status_code == 403
    assert "动态口令" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "不是有效的 JSON"),
        (b"\xff\xfe", 400, "不是有效的 JSON"),
        (b'{"a": NaN}', 400, "不是有效的 JSON"),
        (b"[" * 100_000, 400, "不是有效的 JSON"),
        (b'{"short_no": "12\\u0000", "query_code": "ABCDEF"}', 400, "无法保存的字符"),
        (b'{"short_no": "12\\ud800", "query_code": "ABCDEF"}', 400, "无法保存的字符"),
        (b'{"\\u0000": 1}', 400, "无法保存的字符"),
        (b'{"short_no": "' + b"1" * (intake.JSON_LIMIT + 1) + b'"}', 413, "请求体最大"),
        (b'{"short_no": 5, "query_code": "ABCDEF"}', 422, "应当是文本"),
        (b'{"short_no": "5"}', 422, "没有填写"),
        (b'{"short_no": "5", "query_code": "A"}', 422, "至少 6 个字"),
        (b'"text"', 422, "没有填写"),
        (b"", 422, ""),
    ],
)
def test_bodies_are_checked_before_anything_else(district, client, body, status, said):
    answer = client.post(f"{API}/progress", body, content_type="application/json")
    assert answer.status_code == status
    assert set(answer.json()) == SHAPE
    assert said in answer.content.decode()


def test_faults_name_their_fields(district, client):
    answer = client.get(f"{API}/items?size=0&q={'长' * 101}")
    assert {(fault["field"], fault["message"]) for fault in answer.json()["faults"]} == {
        ("size", "不能小于 1"),
        ("q", "最多 100 个字"),
    }
    listed = client.get(f"{API}/calendar/due?start=x&amount=x&unit=weeks").json()["faults"]
    assert {fault["field"] for fault in listed} == {"start", "amount", "unit"}
    assert all(not fault["message"].isascii() for fault in listed)


@pytest.mark.parametrize("address", [f"{API}/nothing", f"{API}/items/x/y/z", "/api/v2/items"])
def test_unknown_addresses_are_not_found_in_the_same_shape(district, client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert set(answer.json()) == SHAPE


def test_wrong_methods_are_told_in_the_same_shape(district, client):
    answer = client.put(f"{API}/items")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET"


@pytest.mark.parametrize("value", ["0", "-1", str(2**63), "1.5", "x", "9" * 5000])
def test_numbers_that_can_be_no_key_are_refused(district, as_staff, value):
    assert as_staff("market.examiner").get(f"{API}/cases/{value}").status_code == 422


def test_a_failure_tells_nothing_but_its_id(district, as_staff, monkeypatch):
    from yipan.platform.cases import queries

    def broken(*_arguments):
        raise RuntimeError("secret detail 440703199003070013")

    monkeypatch.setattr(queries, "get_for_staff", broken)
    client = as_staff("market.examiner")
    client.raise_request_exception = False
    answer = client.get(f"{API}/cases/1")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "secret" not in answer.content.decode()
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_scopes_and_rights_that_doors_name_exist(district):
    from walking import known_rights

    from yipan.house.api import api
    from yipan.platform.ui import access

    known = known_rights() | {access.PUBLIC, access.SIGNED_IN, access.CITIZEN}
    scopes = dict(interface.scopes())
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                assert operation.openapi_extra["x-right"] in known, path
                assert operation.openapi_extra.get("x-scope", next(iter(scopes))) in scopes, path
    assert all(right in known for right in map(interface.right_of, scopes) if right)
