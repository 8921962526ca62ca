"""Signing in: lock-out, expiry, second factor, idle logout, next page."""

import base64
import datetime as dt
import re

import pytest
from django.utils import timezone
from django_otp.oath import TOTP
from lxml import etree

from yipan.platform import calendar, records
from yipan.platform.people import guard, middleware, second_factor, sessions
from yipan.platform.people.actions import accounts
from yipan.platform.people.models import Account, Person, SecondFactor, SignInGuard
from yipan.platform.records import crypto
from yipan.platform.records.models import ActRow

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-Horse-9"


@pytest.fixture
def account():
    person = Person.objects.create(name="陈敏", created_at=calendar.now())
    return accounts.create_staff(
        login="chenmin", person=person, password=PASSWORD, actor=records.SYSTEM, at=calendar.now()
    )


def post(client, password, login="chenmin", **more):
    return client.post("/login/", {"login": login, "password": password, **more})


def test_right_password_opens_the_page_wanted(client, account):
    answer = client.get("/me/?x=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=%2Fme%2F%3Fx%3D1"
    answer = post(client, PASSWORD, next="/me/?x=1")
    assert (answer.status_code, answer["Location"]) == (302, "/me/?x=1")
    assert "陈敏" in client.get("/me/").content.decode()
    assert client.post("/logout/").status_code == 302
    assert client.get("/me/").status_code == 302


def test_next_leads_to_no_other_site(client, account):
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "evil"):
        client.logout()
        assert "evil" not in post(client, PASSWORD, next=evil)["Location"]


def test_five_failures_lock_for_a_quarter_of_an_hour(client, account):
    """Sheet 00 X10: lock after 5 failures; the right password does not open a locked account."""
    for _ in range(4):
        assert "账号或口令不正确" in post(client, "wrong").content.decode()
    assert "已锁定 15 分钟" in post(client, "wrong").content.decode()
    answer = post(client, PASSWORD)
    assert answer.status_code == 422
    assert "请 15 分钟后再试" in answer.content.decode()
    SignInGuard.objects.update(locked_until=timezone.now() - dt.timedelta(seconds=1))
    assert post(client, PASSWORD).status_code == 302
    assert ActRow.objects.filter(verb="account.sign_in_failed").count() == 5
    assert not SignInGuard.objects.filter(key="login:chenmin").exists()


def test_a_login_that_does_not_exist_is_answered_alike(client, account):
    seen = [[post(client, "wrong", login=name).content.decode() for _ in range(6)] for name in ("chenmin", "nobody")]

    def message(page):
        return re.search(r'role="alert".*?</div>', page, re.DOTALL).group(0)

    assert [message(page) for page in seen[0]] == [message(page) for page in seen[1]]


def test_old_failures_are_forgotten(account):
    for _ in range(4):
        assert guard.failed("chenmin", "10.0.0.1")
    SignInGuard.objects.update(since=timezone.now() - dt.timedelta(minutes=16))
    assert guard.failed("chenmin", "10.0.0.1")
    assert SignInGuard.objects.get(key="login:chenmin").failures == 1


def test_one_address_that_tries_many_logins_is_locked(account):
    assert [guard.failed(f"user{n}", "10.0.0.9") for n in range(60)].count(False) == 1
    assert guard.locked_minutes("chenmin", "10.0.0.9")
    assert not guard.locked_minutes("chenmin", "10.0.0.10")


def test_an_administrator_lifts_a_lock(client, account):
    for _ in range(5):
        post(client, "wrong")
    accounts.unlock(account.pk, actor=records.SYSTEM, at=calendar.now())
    assert post(client, PASSWORD).status_code == 302


def test_idle_for_half_an_hour_signs_out(client, account):
    """Sheet 00 X10: session timeout 30 minutes."""
    post(client, PASSWORD)
    assert client.get("/me/").status_code == 200
    session = client.session
    session[middleware.SEEN] -= middleware.IDLE_SECONDS + 1
    session.save()
    assert client.get("/me/").status_code == 302
    assert "超过 30 分钟没有操作" in client.get("/login/").content.decode()


def test_nobody_stays_signed_in_for_longer_than_a_day_however_busy(client, account):
    post(client, PASSWORD)
    assert client.get("/me/").status_code == 200
    session = client.session
    session[middleware.BEGUN] -= middleware.LONGEST_SECONDS + 1
    session.save()
    assert client.get("/me/").status_code == 302
    assert "超过 12 小时" in client.get("/login/").content.decode()


def test_sessions_that_ended_are_forgotten(client, account):
    from django.contrib.sessions.models import Session

    post(client, PASSWORD)
    assert sessions.forget_expired() == 0
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert sessions.forget_expired() == 1
    assert not Session.objects.exists()


def test_an_expired_password_must_be_changed_first(client, account):
    Account.objects.update(password_set_at=timezone.now() - dt.timedelta(days=91))
    answer = post(client, PASSWORD, next="/me/")
    assert answer["Location"] == "/login/password/"
    assert client.get("/me/").status_code == 302  # nothing is open yet
    page = client.post("/login/password/", {"password": PASSWORD, "again": PASSWORD}).content.decode()
    assert "不能使用最近 5 次用过的口令" in page
    page = client.post("/login/password/", {"password": "short", "again": "short"}).content.decode()
    assert "口令至少 10 位" in page
    answer = client.post("/login/password/", {"password": "Another-Word-7", "again": "Another-Word-7"})
    assert answer["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_changing_the_password_ends_other_sessions(client, account):
    from django.test import Client

    other = Client()
    post(client, PASSWORD)
    post(other, PASSWORD)
    answer = client.post(
        "/me/password/", {"current": PASSWORD, "password": "Another-Word-7", "again": "Another-Word-7"}
    )
    assert answer.status_code == 302
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def code_of(account, step=0):
    """The code an authenticator shows; ``step`` later ones."""
    factor = SecondFactor.objects.get(account=account)
    totp = TOTP(second_factor._key(factor))
    totp.time = timezone.now().timestamp() + 30 * step
    return f"{totp.token():06d}"


def test_the_second_factor_is_enforced(client, account, settings):
    """Security 1: two factors for staff; binding one is part of the first sign-in, a used code does not work again."""
    settings.YIPAN_SECOND_FACTOR = True
    assert post(client, PASSWORD, next="/me/")["Location"] == "/login/second/"
    assert client.get("/me/")["Location"].startswith("/login/")
    page = client.get("/login/second/").content.decode()
    picture = base64.b64decode(page.split("data:image/svg+xml;base64,")[1].split('"')[0])
    assert etree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # browsers draw no other in an <img>
    code = code_of(account)
    assert client.post("/login/second/", {"code": code})["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    client.post("/logout/")
    post(client, PASSWORD)
    page = client.get("/login/second/").content.decode()
    assert "data:image/svg" not in page  # bound: the key is never shown again
    assert client.post("/login/second/", {"code": code}).status_code == 422
    assert client.get("/me/").status_code == 302
    assert client.post("/login/second/", {"code": code_of(account, step=1)}).status_code == 302
    assert client.get("/me/").status_code == 200


def test_a_session_without_second_factor_ends_when_it_becomes_due(client, account, settings):
    post(client, PASSWORD)
    assert client.get("/me/").status_code == 200
    settings.YIPAN_SECOND_FACTOR = True
    assert client.get("/me/")["Location"] == "/login/"
    assert client.get("/login/").status_code == 200


def test_nobody_reaches_the_second_step_without_the_first(client, account, settings):
    settings.YIPAN_SECOND_FACTOR = True
    assert client.get("/login/second/")["Location"] == "/login/"
    assert client.get("/login/password/")["Location"] == "/login/"


def test_a_closed_account_has_no_session(client, account):
    post(client, PASSWORD)
    accounts.deactivate(account.pk, actor=records.SYSTEM, at=calendar.now(), reason="离职")
    assert client.get("/me/").status_code == 302
    assert post(client, PASSWORD).status_code == 422


def test_the_authenticator_s_key_is_kept_encrypted_and_bound_to_its_account(account):
    _, shown = second_factor.new_key(account)
    factor = SecondFactor.objects.get(account=account)
    key = second_factor._key(factor)
    assert base64.b32decode(shown) == key
    assert key not in base64.b64decode(factor.cipher)
    person = Person.objects.create(name="别人", created_at=calendar.now())
    other = accounts.create_staff(
        login="other", person=person, password=PASSWORD, actor=records.SYSTEM, at=calendar.now()
    )
    SecondFactor.objects.filter(pk=factor.pk).update(account=other)
    with pytest.raises(crypto.CryptoProblem):
        second_factor._key(SecondFactor.objects.get(account=other))


def test_guessing_codes_is_locked(account):
    second_factor.new_key(account)
    answers = [second_factor.check(account, f"00000{n}", at=calendar.now(), ip="") for n in range(6)]
    assert "动态口令不正确" in answers[3]
    assert "分钟后再试" in answers[5]
    assert second_factor.check(account, code_of(account), at=calendar.now(), ip="") == answers[5]
