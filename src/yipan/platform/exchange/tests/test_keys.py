"""Keys: shown once, kept as a digest, limited in scope, rows, time and calls; every issue and revocation is an act."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from yipan.platform import records
from yipan.platform.exchange import callers, domain, limits, queries
from yipan.platform.exchange.actions.issue import issue
from yipan.platform.exchange.actions.revoke import revoke
from yipan.platform.exchange.models import ApiKey
from yipan.platform.people import queries as people
from yipan.platform.records import queries as record_queries
from yipan.platform.ui import interface

pytestmark = pytest.mark.django_db
OUTBOX = "/api/v1/outbox"


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def test_a_key_opens_what_its_scope_says_and_nothing_else(client, new_key):
    key = new_key("outbox.read")
    assert client.get(OUTBOX, headers=bearer(key.text)).status_code == 200
    other = client.get("/api/v1/cases", headers=bearer(key.text))
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    assert "读取办件" in other.json()["message"]
    assert client.get("/api/v1/me", headers=bearer(key.text)).status_code == 401, "no key opens what is for people"


def test_the_secret_is_nowhere_in_the_database(new_key):
    key = new_key("outbox.read")
    secret = key.text.rpartition("_")[2]
    row = ApiKey.objects.values().get(pk=key.id)
    acts = [record_queries.act_detail(act.id) for act in record_queries.acts_of("api_key", key.id)]
    assert len(acts) == 1
    assert secret not in json.dumps(row, default=str)
    assert secret not in repr(acts)
    assert acts[0].line.verb == "api_key.issue"


@pytest.mark.parametrize("text", ["", "yk_", "yk_0000000000_x", "nonsense", "yk_é_x", "yk_" + "a" * 5000])
def test_other_texts_are_no_keys(client, district, text):
    answer = client.get(OUTBOX, headers=bearer(text.encode().decode("latin-1")))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "sign_in"


def test_a_wrong_secret_an_old_key_and_a_revoked_key_are_all_refused_alike(client, new_key):
    key = new_key("outbox.read")
    wrong = client.get(OUTBOX, headers=bearer(key.text[:-3] + "xyz"))
    now = timezone.now()
    assert callers.find(key.text, now=now + dt.timedelta(days=29)) is not None
    assert callers.find(key.text, now=now + dt.timedelta(days=31)) is None
    assert callers.find(key.text, now=now - dt.timedelta(days=1)) is None
    revoke(key.id, actor=people.actor_of("data.security"), at=now, reason="应用下线")
    gone = client.get(OUTBOX, headers=bearer(key.text))
    assert wrong.status_code == gone.status_code == 401
    assert wrong.json()["message"] == gone.json()["message"]


def test_revoking_twice_is_recorded_once(new_key):
    key = new_key("outbox.read")
    who, now = people.actor_of("data.security"), timezone.now()
    assert revoke(key.id, actor=who, at=now, reason="应用下线")
    assert not revoke(key.id, actor=who, at=now, reason="应用下线")
    verbs = [act.verb for act in record_queries.acts_of("api_key", key.id)]
    assert verbs == ["api_key.issue", "api_key.revoke"]


def test_only_the_security_administrator_issues_and_revokes(new_key):
    """三员分立: the system administrator runs the house and lets nobody in."""
    key, now = new_key("outbox.read"), timezone.now()
    asked = domain.Asked("应用", people.unit_by_key("market").id, "unit", ("outbox.read",), 60, now + dt.timedelta(9))
    for login in ("data.admin", "office.auditor", "market.examiner"):
        with pytest.raises(records.rights.Refused):
            issue(asked, actor=people.actor_of(login), at=now)
        with pytest.raises(records.rights.Refused):
            revoke(key.id, actor=people.actor_of(login), at=now, reason="试试")


def test_every_fault_of_a_new_key_is_named(district):
    now = timezone.now()
    asked = domain.Asked("x", None, "everywhere", ("no.such",), 0, now + dt.timedelta(days=400))
    with pytest.raises(domain.KeyRefused) as refused:
        issue(asked, actor=people.actor_of("data.security"), at=now)
    assert set(refused.value.faults) == {"application", "unit", "reach", "scopes", "per_minute", "valid_to"}
    assert not ApiKey.objects.exists()


def test_calls_of_a_key_are_counted_by_the_minute(client, new_key, no_counts, monkeypatch):
    monkeypatch.setattr(limits, "slot", lambda now=None: 1)  # the window cannot turn over in between
    key = new_key("outbox.read", per_minute=3)
    answers = [client.get(OUTBOX, headers=bearer(key.text)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    other = new_key("outbox.read", per_minute=3)
    assert client.get(OUTBOX, headers=bearer(other.text)).status_code == 200, "each application counts for itself"


def test_the_rights_of_a_key_are_those_of_its_scopes_in_its_units(client, new_key):
    key = ApiKey.objects.get(pk=new_key("cases.read", "outbox.read", unit="market").id)
    (grant,) = callers.grants_of(key)
    assert grant.rights == {"case.read"}, "a scope without rows brings no right"
    assert (grant.scope, grant.unit_key) == ("unit", "market")
    assert interface.right_of("outbox.read") == ""


def test_last_use_is_noted_once_a_day(client, new_key):
    key = new_key("outbox.read")
    assert queries.one(key.id).last_used_on is None
    client.get(OUTBOX, headers=bearer(key.text))
    assert queries.one(key.id).last_used_on == timezone.localdate()
