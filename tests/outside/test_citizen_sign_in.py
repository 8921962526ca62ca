"""A citizen signs in through the real connector at the sandbox's identity service, page by page."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import html

pytestmark = pytest.mark.django_db
FIRM = "江门市蓬江区悦来宾馆有限公司"


def sign_in(client, sandbox: str, who: str, following: str = "/me/"):
    """Follow the redirect as a browser does, choose a person on the service's page, come back with its code."""
    address = client.get("/login/citizen/", {"next": following})["Location"]
    assert address.startswith("http://testserver/sandbox/identity/authorize?")
    forwarded = {"X-Forwarded-Prefix": "/sandbox", "X-Forwarded-Host": "testserver", "X-Forwarded-Proto": "http"}
    inside = address.replace("http://testserver/sandbox", sandbox)
    (form,) = html.fromstring(httpx.get(inside, headers=forwarded).text).forms
    sent = {**dict(form.form_values()), "who": who}
    back = httpx.post(inside.split("?")[0], data=sent, headers=forwarded).headers["Location"]
    parts = urlsplit(back)
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
