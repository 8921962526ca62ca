"""Citizens: identity claims become persons, firms and powers; firms manage their agents; coming back from sign-in."""

import sys
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from yipan.platform import calendar
from yipan.platform.people import access, vault
from yipan.platform.people.actions import citizens
from yipan.platform.people.models import Account, Agency, LegalEntity, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("district")]

BOSS = {
    "sub": "u-1", "name": "陈悦来", "id_type": "10", "id_no": "440703197811120032", "phone": "13800002001",
    "level": "L3",    "user_type": "person",
}  # fmt: skip
FIRM = {"name": "江门市蓬江区悦来宾馆有限公司", "credit_code": "91440703MA9Q100100", "legal_rep": "陈悦来"}
AGENT = BOSS | {"sub": "u-2", "name": "李晓敏", "id_no": "44070319850615234X", "phone": "13800002002"}
STRANGER = BOSS | {"sub": "u-9", "name": "黄家俊", "id_no": "440703199003070013"}


def for_firm(claims, relation="agent"):
    return claims | {"user_type": "entity", "entity": FIRM, "agent_relation": relation}


def test_the_same_number_is_the_same_person():
    before = Person.objects.count()
    account, entity = citizens.sign_in(BOSS, now=calendar.now())
    again, _ = citizens.sign_in(BOSS | {"sub": "u-1b"}, now=calendar.now())
    assert entity is None
    assert account.person_id == again.person_id == vault.find(vault.RESIDENT_ID, BOSS["id_no"])
    assert Person.objects.count() == before
    assert account.level == 3


@pytest.mark.parametrize("stated", ["10", "111", "id_card", "居民身份证", ""])
def test_however_the_service_names_the_document_it_is_the_same_person(stated):
    account, _ = citizens.sign_in(BOSS | {"id_type": stated}, now=calendar.now())
    assert account.person_id == vault.find(vault.RESIDENT_ID, BOSS["id_no"])


def test_a_firm_s_claims_give_power_to_act_for_it():
    account, entity_id = citizens.sign_in(for_firm(STRANGER), now=calendar.now())
    assert LegalEntity.objects.get(pk=entity_id).code == FIRM["credit_code"]
    assert Agency.objects.filter(person=account.person, entity_id=entity_id, manager=False).count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"sub": ""}, "完整"), ({"entity": FIRM | {"credit_code": "91440703MA9Q10010X"}}, "社会信用代码")],
)
def test_claims_that_cannot_be_used(changes, message):
    with pytest.raises(citizens.IdentityProblem, match=message):
        citizens.sign_in(for_firm(AGENT) | changes, now=calendar.now())
    assert not Account.objects.filter(subject="u-2").exists()


@pytest.fixture
def service(monkeypatch):
    """The identity connector as the views see it; what it is asked is kept, the claims are set by the test."""
    module = ModuleType("yipan.connectors.identity")
    module.asked = {}

    def begin(*, redirect_uri, state, nonce):
        module.asked = {"redirect_uri": redirect_uri, "nonce": nonce}
        return f"https://identity.example/authorize?state={state}", "verifier-1"

    def finish(*, code, verifier, redirect_uri, nonce):
        assert (verifier, redirect_uri, nonce) == ("verifier-1", *module.asked.values())
        if code != "good":
            raise ValueError("token endpoint said no")
        return module.claims

    module.begin, module.finish, module.claims = begin, finish, BOSS
    monkeypatch.setitem(sys.modules, "yipan.connectors.identity", module)
    monkeypatch.setattr("yipan.connectors.identity", module, raising=False)
    return module


def sign_in(client, service, claims, following="/me/"):
    service.claims = claims
    answer = client.get("/login/citizen/", {"next": following})
    state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
    return client.get("/login/citizen/callback/", {"code": "good", "state": state})


def test_a_citizen_without_firm_goes_on_at_once(client, service):
    answer = sign_in(client, service, STRANGER)
    assert answer["Location"] == "/me/"
    page = client.get("/me/").content.decode()
    assert "440703********0013" in page
    assert "440703199003070013" not in page
    assert client.get("/admin/people/units/").status_code == 403


def test_a_person_with_a_firm_chooses_for_whom_to_act(client, service):
    answer = sign_in(client, service, BOSS)
    assert answer["Location"].startswith("/me/principal/")
    page = client.get(answer["Location"]).content.decode()
    assert FIRM["name"] in page
    firm = LegalEntity.objects.get(code=FIRM["credit_code"])
    assert client.post("/me/post/", {"post": firm.pk, "next": "/me/"}).status_code == 302
    assert client.session[access.FIRM_IN_SESSION] == firm.pk
    other = LegalEntity.objects.create(code="91440703MA9Q10029W", name="别家公司", created_at=calendar.now())
    assert client.post("/me/post/", {"post": other.pk}).status_code == 403


def test_a_forged_or_late_answer_signs_nobody_in(client, service):
    client.get("/login/citizen/")
    assert client.get("/login/citizen/callback/", {"code": "good", "state": "forged"}).status_code == 400
    answer = client.get("/login/citizen/")
    state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
    assert client.get("/login/citizen/callback/", {"code": "bad", "state": state}).status_code == 502
    assert client.get("/login/citizen/callback/", {"code": "good", "state": state}).status_code == 400  # used up
    assert client.get("/login/citizen/callback/", {"error": "access_denied", "state": state}).status_code == 400
    assert client.get("/me/").status_code == 302


def test_next_after_sign_in_stays_on_this_site(client, service):
    assert sign_in(client, service, STRANGER, following="https://evil.example/")["Location"] in ("/", "/me/")


def test_a_firm_s_manager_appoints_and_dismisses_agents(client, service):
    sign_in(client, service, for_firm(BOSS, "legal_rep"))
    page = client.get("/me/firm/agents/").content.decode()
    assert "李晓敏" in page
    assert "44070319850615234X" not in page
    new = {"name": "黄家俊", "resident_id": "440703199003070013", "phone": "13800002003"}
    wrong = client.post("/me/firm/agents/", new | {"resident_id": "440703199003070014"})
    assert wrong.status_code == 422
    assert client.post("/me/firm/agents/", new | {"name": "黄加俊"}).status_code == 422  # another name for this number
    assert client.post("/me/firm/agents/", new).status_code == 302
    assert client.post("/me/firm/agents/", new).status_code == 422  # already an agent
    made = Agency.objects.get(person__name="黄家俊")
    assert client.post("/me/firm/agents/dismiss/", {"agency": made.pk}).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None
    boss = Agency.objects.get(person__name="陈悦来")
    assert client.post("/me/firm/agents/dismiss/", {"agency": boss.pk}).status_code == 409  # the last manager stays


def test_a_dismissed_agent_loses_the_firm_at_once(client, service):
    sign_in(client, service, for_firm(AGENT))
    assert FIRM["name"] in client.get("/me/").content.decode()
    assert client.get("/me/firm/agents/").status_code == 403  # no manager
    Agency.objects.filter(person__name="李晓敏").update(revoked_at=calendar.now())
    assert FIRM["name"] not in client.get("/me/").content.decode()
    client.logout()
    assert sign_in(client, service, for_firm(AGENT)).status_code == 403  # only the firm's manager gives it back
    Agency.objects.filter(person__name="陈悦来").update(revoked_at=calendar.now())
    assert sign_in(client, service, for_firm(BOSS, "legal_rep")).status_code == 302  # its head by law always may
