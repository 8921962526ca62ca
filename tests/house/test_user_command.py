"""``yipan user``: accounts from the command line, without a password ever being an argument."""

import contextlib
import io

import pytest

from yipan.house import cli
from yipan.platform import calendar
from yipan.platform.people.actions import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def yipan(monkeypatch, db):
    """Run the command on the test's database."""
    from yipan.platform.people.models import Post, Unit

    unit = Unit.objects.create(key="market", name="区市监局")
    Post.objects.create(unit=unit, key="market.examiner", title="审查岗")
    monkeypatch.setattr("yipan.house.session.installation", lambda **_: contextlib.nullcontext())
    return lambda *words: cli.main(["user", *words])


def sign_in(password):
    return accounts.sign_in("wangxm", password, ip="", now=calendar.now())


def test_an_account_is_made_listed_closed_and_opened(yipan, capsys, monkeypatch):
    assert yipan("create", "wangxm", "--name", "王小明", "--post", "market.examiner") == 0
    password = capsys.readouterr().out.split(": ")[1].strip()
    assert sign_in(password).must_change
    assert yipan("list") == 0
    assert "wangxm" in capsys.readouterr().out
    assert yipan("lock", "wangxm") == 0
    with pytest.raises(accounts.SignInRefused):
        sign_in(password)
    assert yipan("unlock", "wangxm") == 0
    assert sign_in(password)
    monkeypatch.setattr("sys.stdin", io.StringIO("Another-Word-7\n"))
    assert yipan("reset", "wangxm", "--stdin") == 0
    assert "Another-Word-7" not in capsys.readouterr().out
    assert sign_in("Another-Word-7")
    assert yipan("second-factor", "wangxm") == 0


def test_faults_are_told_and_nothing_is_left(yipan, capsys, monkeypatch):
    assert yipan("reset", "nobody") == 1
    assert yipan("create", "wangxm", "--name", "王小明", "--post", "nothing") == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert yipan("create", "wangxm", "--name", "王小明", "--post", "market.examiner", "--stdin") == 1
    assert "口令至少 10 位" in capsys.readouterr().err
    assert yipan("lock", "wangxm") == 1
