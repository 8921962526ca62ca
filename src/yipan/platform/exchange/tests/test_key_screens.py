"""Screens for keys: the list on the common component, the form, the key shown once, revocation."""

import re

import pytest
from django.utils import timezone

from yipan.platform.exchange.models import ApiKey
from yipan.platform.people import queries as people
from yipan.platform.people import sessions

pytestmark = pytest.mark.django_db
LIST = "/admin/api-keys/"


def form(**changes):
    until = timezone.localdate().replace(day=1)
    until = until.replace(year=until.year + (until.month == 12), month=until.month % 12 + 1)
    return {
        "application": "区共享平台", "unit": people.unit_by_key("market").id, "reach": "unit",
        "scopes": ["cases.read"], "per_minute": "60", "valid_to": until.isoformat(),
    } | changes  # fmt: skip


def test_a_key_is_issued_shown_once_listed_and_revoked(as_staff):
    client = as_staff("data.security")
    made = client.post(f"{LIST}new/", form())
    assert made.status_code == 200
    assert made["Cache-Control"] == "no-store"
    text = re.search(r"yk_[0-9a-f]{10}_[\w-]+", made.content.decode())[0]
    key = ApiKey.objects.get()
    for address in (LIST, f"{LIST}{key.pk}/"):
        page = client.get(address).content.decode()
        assert "区共享平台" in page
        assert f"yk_{key.prefix}_…" in page
        assert text not in page
    found = client.get(f"{LIST}?state=valid&scope=cases.read&q=共享").content.decode()
    assert "读取办件" in found
    assert "区共享平台" not in client.get(f"{LIST}?state=revoked").content.decode()
    refused = client.post(f"{LIST}{key.pk}/revoke/", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明停用原因" in refused.content.decode()
    assert client.post(f"{LIST}{key.pk}/revoke/", {"reason": "应用下线"}).status_code == 302
    assert "已停用" in client.get(f"{LIST}{key.pk}/").content.decode()
    assert "区共享平台" in client.get(f"{LIST}?state=revoked").content.decode()


def test_faults_are_told_at_their_fields_and_what_was_entered_stays(as_staff):
    client = as_staff("data.security")
    answer = client.post(f"{LIST}new/", form(application="我的应用", scopes=[], valid_to="2199-01-01", unit="999999"))
    page = answer.content.decode()
    assert answer.status_code == 422
    for text in ("请从列出的接口范围中至少选择一项", "不超过一年", "请选择责任单位", "我的应用"):
        assert text in page
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("login", ["data.admin", "office.auditor", "market.examiner"])
def test_nobody_else_sees_keys(as_staff, login):
    client = as_staff(login)
    for address in (LIST, f"{LIST}new/", f"{LIST}1/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{LIST}1/revoke/", {"reason": "试试"}).status_code == 403


def test_issuing_asks_for_the_password_again(as_staff):
    client = as_staff("data.security")
    session = client.session
    session[sessions.FRESH] = 0
    session.save()
    answer = client.post(f"{LIST}new/", form())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/me/confirm/")
    assert not ApiKey.objects.exists()


def test_unknown_keys_are_not_found(as_staff):
    client = as_staff("data.security")
    assert client.get(f"{LIST}12345/").status_code == 404
    assert client.post(f"{LIST}12345/revoke/", {"reason": "没有这个"}).status_code == 404
