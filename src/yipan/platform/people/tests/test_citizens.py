"""Citizens: identity claims become persons, firms and powers; firms manage their agents; coming back from sign-in."""

import datetime as dt
import sys
import time
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from yipan.platform import calendar
from yipan.platform.people import access, agent_items, clients, joining, papers, queries, vault
from yipan.platform.people.actions import citizens
from yipan.platform.people.models import Account, Agency, LegalEntity, Person
from yipan.platform.people.queries import at_work
from yipan.platform.records.models import ActRow

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


NEW = {"name": "黄家俊", "kind": "resident_id", "number": "440703199003070013", "phone": "13800002003"}


def test_a_firm_s_manager_invites_and_dismisses_agents(client, service):
    """Issue 2 §3: firms manage their own agents."""
    sign_in(client, service, for_firm(BOSS, "legal_rep"))
    page = client.get("/me/firm/agents/").content.decode()
    assert "李晓敏" in page
    assert "44070319850615234X" not in page
    for wrong in (
        {"number": "440703199003070014"},
        {"name": "黄加俊"},  # another name for this number
        {"kind": "library_card"},
        {"until": "2020-01-01"},
        {"until": "soon"},
        {"items": "no-such-item"},
    ):
        assert client.post("/me/firm/agents/", NEW | wrong).status_code == 422, wrong
    assert client.post("/me/firm/agents/", NEW).status_code == 302
    assert client.post("/me/firm/agents/", NEW).status_code == 422  # already invited
    made = Agency.objects.get(person__name="黄家俊")
    assert "待对方接受" in client.get("/me/firm/agents/").content.decode()
    assert client.post("/me/firm/agents/dismiss/", {"agency": made.pk}).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None
    boss = Agency.objects.get(person__name="陈悦来")
    assert client.post("/me/firm/agents/dismiss/", {"agency": boss.pk}).status_code == 409  # the last manager stays


def test_power_begins_when_the_invited_accepts(client, service):
    sign_in(client, service, for_firm(BOSS, "legal_rep"))
    client.post("/me/firm/agents/", NEW)
    made = Agency.objects.get(person__name="黄家俊")
    client.logout()
    assert sign_in(client, service, STRANGER)["Location"].startswith("/me/principal/")
    assert not queries.firms_of(made.person_id)
    assert FIRM["name"] in client.get("/me/principal/").content.decode()
    assert client.post("/me/post/", {"post": made.entity_id}).status_code == 403  # not before
    assert client.post("/me/invitations/", {"agency": made.pk, "do": "accept"}).status_code == 302
    assert client.post("/me/post/", {"post": made.entity_id}).status_code == 302
    assert client.post("/me/invitations/", {"agency": made.pk, "do": "accept"}).status_code == 409  # answered
    assert [act.verb for act in ActRow.objects.filter(subject_kind="entity").order_by("id")][-2:] == [
        "entity.appoint_agent", "entity.accept_agency",
    ]  # fmt: skip


def test_only_the_invited_answers_and_may_decline(client, service):
    sign_in(client, service, for_firm(BOSS, "legal_rep"))
    client.post("/me/firm/agents/", NEW)
    made = Agency.objects.get(person__name="黄家俊")
    assert client.post("/me/invitations/", {"agency": made.pk, "do": "accept"}).status_code == 409
    client.logout()
    sign_in(client, service, STRANGER)
    assert client.post("/me/invitations/", {"agency": made.pk, "do": "decline"}).status_code == 302
    assert queries.invitations(made.person_id) == []
    assert client.get("/me/principal/").status_code == 200


def test_an_agent_s_power_has_items_and_an_end(client, service, monkeypatch):
    """Sheet 22 f11: scope and validity of an agent's power."""
    monkeypatch.setattr(agent_items, "_choices", lambda: [("food-new", "食品经营许可"), ("public-place", "公共场所")])
    sign_in(client, service, for_firm(BOSS, "legal_rep"))
    last = calendar.today() + dt.timedelta(days=3)
    wanted = NEW | {"items": "food-new", "until": last.isoformat()}
    assert client.post("/me/firm/agents/", wanted | {"manager": "1"}).status_code == 422  # managers do everything
    assert client.post("/me/firm/agents/", wanted).status_code == 302
    page = client.get("/me/firm/agents/").content.decode()
    assert "食品经营许可" in page
    made = Agency.objects.get(person__name="黄家俊")
    made.accepted_at = calendar.now()
    made.save()
    ask = (made.person_id, made.entity_id)
    assert at_work.is_agent(*ask, calendar.now(), "food-new")
    assert not at_work.is_agent(*ask, calendar.now(), "public-place")
    assert at_work.agents_for(made.entity_id, "public-place", calendar.now()) == list(
        Agency.objects.filter(person__name__in=["陈悦来", "李晓敏"]).order_by("id").values_list("person_id", flat=True)
    )
    assert not at_work.is_agent(*ask, calendar.now() + dt.timedelta(days=4), "food-new")
    Agency.objects.filter(pk=made.pk).update(valid_to=calendar.today() - dt.timedelta(days=1))
    client.logout()
    assert "已到期" in sign_in(client, service, for_firm(STRANGER)).content.decode()


def test_a_dismissed_agent_loses_the_firm_at_once(client, service):
    """Sheet 22 f11: a company's agent loses power when dismissed."""
    sign_in(client, service, for_firm(AGENT))
    assert FIRM["name"] in client.get("/me/").content.decode()
    assert client.get("/me/firm/agents/").status_code == 403  # no manager
    Agency.objects.filter(person__name="李晓敏").update(revoked_at=calendar.now())
    assert FIRM["name"] not in client.get("/me/").content.decode()
    client.logout()
    assert sign_in(client, service, for_firm(AGENT)).status_code == 403  # only the firm's manager gives it back
    Agency.objects.filter(person__name="陈悦来").update(revoked_at=calendar.now())
    assert sign_in(client, service, for_firm(BOSS, "legal_rep")).status_code == 302  # its head by law always may


def test_a_low_real_name_level_is_told_how_to_raise_it(client, service, settings):
    settings.YIPAN_IDENTITY_LEVEL = 3
    answer = sign_in(client, service, STRANGER | {"level": "L2"})
    assert answer.status_code == 403
    assert "实名等级为 L2，本平台办事需要 L3" in answer.content.decode()
    assert not Account.objects.filter(subject="u-9").exists()
    assert sign_in(client, service, STRANGER | {"level": "L3"}).status_code == 302


def test_two_tabs_sign_in_without_undoing_each_other(client, service):
    states = []
    for _ in range(2):
        address = client.get("/login/citizen/")["Location"]
        states.append((parse_qs(urlsplit(address).query)["state"][0], dict(service.asked)))
    service.claims = STRANGER
    state, service.asked = states[0]
    answer = client.get("/login/citizen/callback/", {"code": "good", "state": state})
    assert answer.status_code == 302


def test_a_sign_in_left_open_too_long_is_begun_anew(client, service, monkeypatch):
    address = client.get("/login/citizen/")["Location"]
    state = parse_qs(urlsplit(address).query)["state"][0]
    real = time.time
    monkeypatch.setattr("yipan.platform.people.views.citizens.time.time", lambda: real() + 11 * 60)
    answer = client.get("/login/citizen/callback/", {"code": "good", "state": state})
    assert answer.status_code == 400
    assert "超时" in answer.content.decode()


PERMIT = {
    "sub": "u-hk",
    "name": "陈大文",
    "id_type": "14",
    "id_no": "H1234567801",
    "level": "L3",
    "user_type": "person",
}
CARD = PERMIT | {"id_type": "10", "id_no": "810000199408230021"}


def test_several_documents_lead_to_one_person(client, service):
    """Sheet 22 f12: 回乡证 and 居住证 are one person, also when a window knew him by another document before."""
    account, _ = citizens.sign_in(PERMIT, now=calendar.now())
    person = account.person_id
    assert vault.find("hk_macao_permit", "H12345678") == person  # two more digits only count renewals
    account, _ = citizens.sign_in(CARD, now=calendar.now())
    assert account.person_id == person
    assert vault.find("residence_permit", CARD["id_no"]) == person
    clerk = queries.actor_of("market.window1")
    seen = clients.register(
        {"name": "陈大文", "id_kind": "residence_permit", "id_no": CARD["id_no"]}, actor=clerk, at=calendar.now()
    )
    assert (seen.person_id, seen.account_id) == (person, account.pk)


def test_a_person_known_twice_becomes_one(client, service):
    """Sheet 22 f12: registered at a window by passport, signed in by permit; the service later states both."""
    clerk = queries.actor_of("market.window1")
    at_window = clients.register(
        {"name": "陈大文", "id_kind": "passport", "id_no": "K01234567"}, actor=clerk, at=calendar.now()
    )
    account, _ = citizens.sign_in(PERMIT, now=calendar.now())
    assert account.person_id != at_window.person_id
    moved = []
    joining.register("试验", lambda keep, drop: moved.append((keep, drop)) or 1)
    try:
        later, _ = citizens.sign_in(PERMIT | {"id_type": "20", "id_no": "K01234567"}, now=calendar.now())
    finally:
        joining.unregister("试验")
    assert later.person_id == at_window.person_id  # the older row stays
    assert moved == [(at_window.person_id, account.person_id)]
    assert {vault.find("passport", "K01234567"), vault.find("hk_macao_permit", "H12345678")} == {later.person_id}
    assert Person.objects.get(pk=account.person_id).merged_into_id == later.person_id
    assert list(Account.objects.filter(subject="u-hk").values_list("person_id", flat=True)) == [later.person_id]
    with pytest.raises(citizens.IdentityProblem, match="另一姓名"):
        citizens.sign_in(PERMIT | {"id_type": "10", "id_no": BOSS["id_no"]}, now=calendar.now())


@pytest.mark.parametrize(
    ("number", "stated", "kind"),
    [
        ("440703199003070013", "111", "resident_id"), ("440703199003070013", "14", "resident_id"),
        ("810000199408230021", "10", "residence_permit"), ("M87654321", "14", "hk_macao_permit"),
        ("M87654321", "516", "hk_macao_permit"), ("12345678", "15", "taiwan_permit"),
        ("12345678", "511", "taiwan_permit"), ("K01234567", "20", "passport"), ("K01234567", "414", "passport"),
        ("CHN110199001011", "553", "foreign_permanent_id"), ("CHN1", "553", "other"), ("whatever", "99", "other"),
    ],
)  # fmt: skip
def test_both_code_lists_lead_to_one_kind(number, stated, kind):
    """Sheet 22 d1: applicant ID types of the national platform and of GA/T 2000.156."""
    assert papers.kind_of(number, stated) == kind
