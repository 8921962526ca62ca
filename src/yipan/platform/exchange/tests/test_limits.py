"""Limits per account, application and address answer 429 with Retry-After, on the interface and on sensitive pages."""

import time

import pytest
from django.test import Client, RequestFactory

from yipan.platform.exchange import limits
from yipan.platform.jobs import registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_whole_minute(monkeypatch, no_counts):
    """The window cannot turn over while a test counts."""
    monkeypatch.setattr(limits, "slot", lambda now=None: 1_000_000 if now is None else int(now // 60))


def few(settings, **rules):
    settings.YIPAN_LIMITS = rules


def test_counting_is_one_statement_for_all_rules(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert limits.count(["a", "b"]) == {"a": 1, "b": 1}
    assert limits.count(["b"]) == {"b": 2}


@pytest.mark.parametrize(
    ("rule", "method", "address"),
    [
        ("login", "post", "/login/"),
        ("lookup", "get", "/verify/?c=x"),
        ("lookup", "post", "/verify/"),
        ("lookup", "get", "/progress/"),
        ("lookup", "post", "/progress/"),
        ("lookup", "post", "/api/v1/progress"),
        ("lookup", "post", "/api/v1/licences/verify"),
        ("interface", "get", "/api/v1/items"),
        ("visitor", "post", "/display/"),
    ],
)
def test_sensitive_pages_are_limited_by_address(settings, client, rule, method, address):
    few(settings, **{rule: 2})
    call = getattr(client, method)
    arguments = {"data": "{}", "content_type": "application/json"} if "/api/" in address and method == "post" else {}
    for _ in range(2):
        assert call(address, **arguments).status_code != 429
    refused = call(address, **arguments)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "操作过于频繁" in refused.content.decode()
    if "/api/" in address:
        assert refused.json()["code"] == "too_many_requests"
    # Somebody else's address is not affected.
    assert getattr(Client(REMOTE_ADDR="10.9.8.7"), method)(address, **arguments).status_code != 429


def test_signed_in_people_are_counted_by_account_not_by_address(settings, as_staff):
    """A building full of officials comes from one address."""
    few(settings, account=2, visitor=1, interface=1, interface_account=3)
    client = as_staff("market.examiner")
    codes = [client.post("/display/", {"size": "large", "next": "/"}).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert [client.get("/api/v1/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    other = as_staff("market.reviewer")
    assert other.get("/api/v1/me").status_code == 200


def test_reading_ordinary_pages_is_never_counted(settings, client, django_assert_max_num_queries):
    few(settings, visitor=1, account=1)
    for _ in range(3):
        assert client.get("/healthz").status_code == 200


def test_the_refusal_of_a_program_is_json_and_of_a_person_a_page(settings, client):
    few(settings, lookup=0)
    assert client.get("/progress/")["Content-Type"].startswith("text/html")
    answer = client.get("/progress/", headers={"Accept": "application/json"})
    assert answer.json()["code"] == "too_many_requests"


def test_old_counters_are_forgotten_by_a_job():
    limits.count(["x"])
    assert "exchange.forget_counters" in registry.schedules
    assert limits.forget_old(now=(1_000_000 + 1) * 60) == 0, "the window before is kept"
    assert limits.forget_old(now=(1_000_000 + 2) * 60) == 1


def test_the_time_to_wait_ends_with_the_window(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 6_000_059.0)
    assert limits.seconds_left() == 1


@pytest.mark.parametrize(
    ("behind", "forwarded", "seen"),
    [
        (True, "1.2.3.4, 203.0.113.7", "203.0.113.7"),  # what a client invents stands before what the proxy adds
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "", "127.0.0.1"),
        (True, "unknown", "127.0.0.1"),
        (True, "::1", "::1"),
        (False, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_the_callers_address_is_what_the_proxy_says_and_nobody_else(settings, behind, forwarded, seen):
    from yipan.platform.ui.middleware import CallersAddress

    settings.USE_X_FORWARDED_HOST = behind
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    CallersAddress(lambda request: None)(request)
    assert request.META["REMOTE_ADDR"] == seen
