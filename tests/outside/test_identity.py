"""Signing in at the identity service as a browser does: claims of persons and firms, and everything that is refused."""

import base64
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.jose import JsonWebKey, JsonWebToken
from lxml import html

from yipan.connectors import identity
from yipan.connectors.base import ConnectorError

BACK = "http://platform.test/login/citizen/callback/"


def sign_in(sandbox: str, who: str, *, state: str = "s-1", nonce: str = "n-1") -> tuple[str, str]:
    """Walk the page of the service; the code and the verifier."""
    address, verifier = identity.begin(redirect_uri=BACK, state=state, nonce=nonce)
    assert address.startswith("http://platform.test/sandbox/identity/authorize?")
    inside = address.replace("http://platform.test/sandbox", sandbox)
    forwarded = {"X-Forwarded-Prefix": "/sandbox", "X-Forwarded-Host": "platform.test", "X-Forwarded-Proto": "http"}
    page = httpx.get(inside, headers=forwarded)
    (form,) = html.fromstring(page.text).forms
    answer = httpx.post(inside.split("?")[0], data={**dict(form.form_values()), "who": who}, headers=forwarded)
    given = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert given["state"] == [state]
    return given["code"][0], verifier


def finish(code: str, verifier: str, *, nonce: str = "n-1", back: str = BACK) -> dict:
    return identity.finish(code=code, verifier=verifier, redirect_uri=back, nonce=nonce)


def test_a_person_signs_in_for_himself(sandbox: str):
    claims = finish(*sign_in(sandbox, "gd-0003"))
    assert (claims["name"], claims["user_type"], claims["level"]) == ("黄家俊", "person", "L3")
    assert "entity" not in claims


def test_a_key_that_was_changed_is_read_anew(sandbox: str, monkeypatch):
    """The service changes its keys without telling anybody; the one that was read before has another id."""
    former = JsonWebKey.import_key_set({"keys": [JsonWebKey.generate_key("RSA", 2048, {"kid": "former"}).as_dict()]})
    monkeypatch.setattr(identity, "_keys", (time.monotonic(), former))
    assert finish(*sign_in(sandbox, "gd-0003"))["name"] == "黄家俊"


def test_an_agent_signs_in_for_a_firm(sandbox: str):
    claims = finish(*sign_in(sandbox, "gd-0002:91440703MA9Q100100"))
    assert claims["entity"]["name"] == "江门市蓬江区悦来宾馆有限公司"
    assert claims["agent_relation"] == "agent"


def test_a_code_works_once(sandbox: str):
    code, verifier = sign_in(sandbox, "gd-0003")
    finish(code, verifier)
    with pytest.raises(ConnectorError):
        finish(code, verifier)


@pytest.mark.parametrize("wrong", ["verifier", "back", "nonce"])
def test_a_stolen_code_is_worth_nothing(sandbox: str, wrong: str):
    code, verifier = sign_in(sandbox, "gd-0003")
    with pytest.raises(ConnectorError):
        finish(
            code,
            "x" * 64 if wrong == "verifier" else verifier,
            nonce="other" if wrong == "nonce" else "n-1",
            back="http://evil.test/" if wrong == "back" else BACK,
        )


def test_a_firm_one_may_not_act_for_is_no_choice(sandbox: str):
    address, _ = identity.begin(redirect_uri=BACK, state="s", nonce="n")
    query = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    answer = httpx.post(f"{sandbox}/identity/authorize", data={**query, "who": "gd-0003:91440703MA9Q100100"})
    assert answer.status_code == 422


def test_an_unknown_client_sees_why(sandbox: str):
    answer = httpx.get(f"{sandbox}/identity/authorize", params={"client_id": "other"})
    assert answer.status_code == 400
    assert "没有登记的应用" in answer.text


@pytest.fixture
def forge(sandbox: str, monkeypatch):
    """``forge(algorithm, **changes)``: an id token of the service as somebody else would sign or change it."""
    own = JsonWebKey.generate_key("RSA", 2048, is_private=True)
    monkeypatch.setattr(identity, "_keys", (time.monotonic(), JsonWebKey.import_key_set({"keys": [own.as_dict()]})))

    def token(algorithm: str = "RS256", key=own, **changes) -> str:
        now = int(time.time())
        claims = {
            "iss": f"{sandbox}/identity", "sub": "gd-0003", "aud": "yipan", "nonce": "n-1", "iat": now,
            "exp": now + 600,
        }  # fmt: skip
        return JsonWebToken([algorithm]).encode({"alg": algorithm}, claims | changes, key).decode()

    return token


def verify(token: str, sandbox: str) -> dict:
    return identity._verified(token, nonce="n-1", issuers={f"{sandbox}/identity"})


def test_a_sound_token_is_taken(forge, sandbox: str):
    assert verify(forge(), sandbox)["sub"] == "gd-0003"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": 1}, "exp"),
        ({"iat": 4102444800}, "iat"),
        ({"nonce": "other"}, "nonce"),
        ({"aud": "other"}, "aud"),
        ({"iss": "https://evil.example"}, "iss"),
    ],
)
def test_an_expired_or_foreign_token_is_refused(forge, sandbox: str, changes: dict, why: str):
    with pytest.raises(ConnectorError, match=why):
        verify(forge(**changes), sandbox)


def test_a_token_signed_by_somebody_else_or_by_nobody_is_refused(forge, sandbox: str):
    stranger = JsonWebKey.generate_key("RSA", 2048, is_private=True)
    unsigned = forge().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    secret = JsonWebKey.import_key("a secret both sides would know", {"kty": "oct"})
    for token in (forge(key=stranger), f"{header}.{unsigned[1]}.", forge("HS256", key=secret)):
        with pytest.raises(ConnectorError, match="签名"):
            verify(token, sandbox)
