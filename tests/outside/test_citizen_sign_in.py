"""A citizen signs in through the real connector at the sandbox's identity service, page by page."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import html

pytestmark = pytest.mark.django_db
FIRM = "江门市蓬江区悦来宾馆有限公司"


def sign_in(client, sandbox: str, who: str, following: str = "/me/", *, before_return=lambda: None):
    """Follow the redirect as a browser does, choose a person on the service's page, come back with its code."""
    address = client.get("/login/citizen/", {"next": following})["Location"]
    assert address.startswith("http://testserver/sandbox/identity/authorize?")
    forwarded = {"X-Forwarded-Prefix": "/sandbox", "X-Forwarded-Host": "testserver", "X-Forwarded-Proto": "http"}
    inside = address.replace("http://testserver/sandbox", sandbox)
    (form,) = html.fromstring(httpx.get(inside, headers=forwarded).text).forms
    sent = {**dict(form.form_values()), "who": who}
    back = httpx.post(inside.split("?")[0], data=sent, headers=forwarded).headers["Location"]
    parts = urlsplit(back)
    before_return()
    return client.get(parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()})


def test_a_resident_and_an_agent_sign_in(client, sandbox: str):
    answer = sign_in(client, sandbox, "gd-0003")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    page = client.get("/me/").content.decode()
    assert "440703********0013" in page
    assert "L3" in page
    client.post("/logout/")
    assert client.get("/me/").status_code == 302
    assert sign_in(client, sandbox, "gd-0002:91440703MA9Q100100").status_code == 302
    assert FIRM in client.get("/me/").content.decode()
    assert client.get("/me/firm/agents/").status_code == 403


def test_the_legal_representative_manages_agents(client, sandbox: str):
    sign_in(client, sandbox, "gd-0001:91440703MA9Q100100")
    assert client.get("/me/firm/agents/").status_code == 200


def test_a_service_that_fails_is_explained(client, sandbox: str, inject):
    address = client.get("/login/citizen/")["Location"]
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = client.get("/login/citizen/callback/", {"code": "stolen", "state": state})
    assert answer.status_code == 502
    assert "无法核验" in answer.content.decode()
    address = client.get("/login/citizen/")["Location"]
    state = parse_qs(urlsplit(address).query)["state"][0]
    inject("identity", "error")
    answer = client.get("/login/citizen/callback/", {"code": "any", "state": state})
    assert answer.status_code == 502
    assert "没有应答" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_a_cancelled_sign_in_signs_nobody_in(client, sandbox: str):
    address = client.get("/login/citizen/")["Location"].replace("http://testserver/sandbox", sandbox)
    (form,) = html.fromstring(httpx.get(address).text).forms
    back = httpx.post(address.split("?")[0], data={**dict(form.form_values()), "cancel": "1"}).headers["Location"]
    answer = client.get(urlsplit(back).path, {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()})
    assert answer.status_code == 400
    assert "没有完成" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_an_answer_works_once_only(client, sandbox: str):
    """Replay: neither the state nor the code opens a second session."""
    address = client.get("/login/citizen/")["Location"].replace("http://testserver/sandbox", sandbox)
    (form,) = html.fromstring(httpx.get(address).text).forms
    back = httpx.post(address.split("?")[0], data={**dict(form.form_values()), "who": "gd-0003"}).headers["Location"]
    asked = {k: v[0] for k, v in parse_qs(urlsplit(back).query).items()}
    assert client.get("/login/citizen/callback/", asked).status_code == 302
    client.post("/logout/")
    assert client.get("/login/citizen/callback/", asked).status_code == 400
    other = client.get("/login/citizen/")["Location"]
    state = parse_qs(urlsplit(other).query)["state"][0]
    assert client.get("/login/citizen/callback/", asked | {"state": state}).status_code == 502  # the code is used up
    assert client.get("/me/").status_code == 302


def test_a_real_name_level_that_is_too_low(client, sandbox: str):
    answer = sign_in(client, sandbox, "gd-0006")
    assert answer.status_code == 403
    assert "实名等级为 L1，本平台办事需要 L2" in answer.content.decode()


def test_a_compatriot_signs_in_with_his_permit(client, sandbox: str):
    """Sheet 22 (g): HK/Macao identity."""
    assert sign_in(client, sandbox, "gd-0005").status_code == 302
    page = client.get("/me/").content.decode()
    assert "H12345678" not in page
    assert "H1*****78" in page


def test_somebody_from_hong_kong_signs_in_with_his_permit(client, sandbox: str):
    """Sheet 22 g and d1: identity documents of Hong Kong and Macao, by the national code list."""
    assert sign_in(client, sandbox, "gd-0005").status_code == 302
    page = client.get("/me/").content.decode()
    assert "H1*****78" in page
    assert "H12345678" not in page


def test_a_name_that_was_not_proven_well_enough_is_told_what_to_do(client, sandbox: str, settings):
    """Sheet 22 g: levels L1 to L4."""
    settings.YIPAN_IDENTITY_LEVEL = 2
    answer = sign_in(client, sandbox, "gd-0006")
    assert "L1" in answer.content.decode()
    assert client.get("/me/").status_code == 302


def test_who_cancels_comes_back_without_being_signed_in(client, sandbox: str):
    address = client.get("/login/citizen/")["Location"]
    state = parse_qs(urlsplit(address).query)["state"][0]
    inside = address.replace("http://testserver/sandbox", sandbox)
    (form,) = html.fromstring(httpx.get(inside).text).forms
    back = httpx.post(inside.split("?")[0], data={**dict(form.form_values()), "cancel": "1"}).headers["Location"]
    given = parse_qs(urlsplit(back).query)
    assert given == {"error": ["access_denied"], "state": [state]}
    answer = client.get("/login/citizen/callback/", {"error": "access_denied", "state": state})
    assert answer.status_code < 500
    assert client.get("/me/").status_code == 302
