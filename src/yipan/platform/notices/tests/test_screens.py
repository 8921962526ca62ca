"""The inbox on screen, for citizens and for staff."""

import datetime as dt
from types import SimpleNamespace

import pytest

from yipan.platform import records
from yipan.platform.notices import queries
from yipan.platform.notices.models import Message
from yipan.platform.ui import access

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
STAFF = records.Actor(7, 9, "李梅", 3, "区市场监管局")
CITIZEN = SimpleNamespace(account_id=8, person_id=4, entity_id=None, name="王芳", entity_name="")


@pytest.fixture(params=["staff", "citizen"])
def account(request, monkeypatch):
    """Signed in as staff (request.actor) or as a citizen (request.principal)."""

    def authorize(http, _requirement):
        if request.param == "staff":
            http.actor = STAFF
        else:
            http.principal = CITIZEN

    monkeypatch.setattr(access, "_authorizer", authorize)
    return 7 if request.param == "staff" else 8


def message(account_id: int, n: int = 1) -> Message:
    return Message.objects.create(
        account_id=account_id, template_key="t", title=f"第{n}件已受理", body=f"内容{n} <b>", link="/my/cases/1/", at=AT
    )


def test_messages_are_listed_opened_and_read(client, account):
    mine, other = message(account), message(99)
    page = client.get("/messages/").content.decode()
    assert "第1件已受理" in page
    assert f"/messages/{mine.pk}/" in page
    assert f"/messages/{other.pk}/" not in page
    opened = client.get(f"/messages/{mine.pk}/").content.decode()
    assert "内容1 &lt;b&gt;" in opened
    assert "/my/cases/1/" in opened
    assert queries.unread(account) == 0
    assert client.get(f"/messages/{other.pk}/").status_code == 404
    assert Message.objects.get(pk=other.pk).read_at is None
    assert "没有未读消息" in client.get("/messages/?box=unread").content.decode()


def test_older_messages_are_on_the_next_page(client, account):
    for n in range(25):
        message(account, n)
    page = client.get("/messages/?box=unread").content.decode()
    address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "box=unread" in address
    older = client.get(address).content.decode()
    assert older.count("list-group-item") == 5
    assert client.get("/messages/?before=x").status_code == 400
    client.post("/messages/read-all/")
    assert queries.unread(account) == 0


def test_channels_are_chosen(client, account):
    assert client.post("/messages/channels/", {"channel": ["yuezhengyi"]}).status_code == 302
    assert [(c.key, c.on) for c in queries.choices(account)] == [("sms", False), ("yuezhengyi", True)]
    page = client.get("/messages/channels/").content.decode()
    assert page.count(" checked") == 1


def test_visitors_see_no_messages(client, monkeypatch):
    monkeypatch.setattr(access, "_authorizer", None)
    assert client.get("/messages/").status_code == 403
