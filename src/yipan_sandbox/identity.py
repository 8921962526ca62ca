"""The identity service: an OpenID provider with a page on which the demo's people are chosen instead of typed."""

import base64
import hashlib
import hmac
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from authlib.jose import JsonWebKey, jwt
from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for

blueprint = Blueprint("identity", __name__, url_prefix="/identity")
CLIENT, SECRET = "yipan", "sandbox-client-secret"
CODE_SECONDS, TOKEN_SECONDS = 120, 3600
PEOPLE: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "identities.yaml").read_text(encoding="utf-8")
)["people"]


def _base() -> str:
    """The address under which the caller knows this service (it may be published below another program's port)."""
    return url_for("identity.discovery", _external=True).removesuffix("/.well-known/openid-configuration")


def _key() -> Any:
    """The signing key, made at the first start and kept in the data folder."""
    if "identity_key" not in current_app.extensions:
        path: Path = current_app.extensions["data"] / "identity-key.pem"
        if not path.exists():
            made = JsonWebKey.generate_key("RSA", 2048, is_private=True)
            path.touch(mode=0o600)
            path.write_bytes(made.as_pem(is_private=True))
        current_app.extensions["identity_key"] = JsonWebKey.import_key(path.read_bytes(), {"kty": "RSA", "use": "sig"})
    return current_app.extensions["identity_key"]


@blueprint.get("/.well-known/openid-configuration")
def discovery() -> Response:
    base = _base()
    return jsonify(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


@blueprint.get("/jwks")
def jwks() -> Response:
    return jsonify({"keys": [{**_key().as_dict(is_private=False), "kid": _key().thumbprint(), "alg": "RS256"}]})


@blueprint.get("/authorize")
def choose() -> Response | str | tuple[str, int]:
    """Who signs in: every person for himself, and for each firm he may act for."""
    asked = _asked()
    if isinstance(asked, str):
        return render_template("refused.html", problem=asked), 400
    return render_template("choose.html", people=PEOPLE, asked=asked)


@blueprint.post("/authorize")
def chosen() -> Any:
    asked = _asked()
    if isinstance(asked, str):
        return render_template("refused.html", problem=asked), 400
    if "cancel" in request.form:
        return redirect(_back(asked, {"error": "access_denied", "state": asked["state"]}))
    claims = _claims(request.form.get("who", ""))
    if claims is None:
        return render_template("choose.html", people=PEOPLE, asked=asked, problem="请先选择一个身份"), 422
    code = secrets.token_urlsafe(24)
    grant = {**asked, "claims": claims, "until": time.time() + CODE_SECONDS, "issuer": _base()}
    current_app.extensions["store"].put("identity", "code", code, grant)
    return redirect(_back(asked, {"code": code, "state": asked["state"]}))


def _asked() -> dict[str, str] | str:
    """The parameters of the request, or why it is refused."""
    names = ("response_type", "client_id", "redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method")
    asked = {name: request.values.get(name, "") for name in names}
    if asked["client_id"] != CLIENT:
        return "没有登记的应用"
    if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256" or not asked["code_challenge"]:
        return "只支持授权码加 PKCE（S256）"
    if not asked["redirect_uri"].startswith(("http://", "https://")):
        return "回调地址不正确"
    return asked


def _back(asked: dict[str, str], answer: dict[str, str]) -> str:
    mark = "&" if "?" in asked["redirect_uri"] else "?"
    return f"{asked['redirect_uri']}{mark}{urlencode(answer)}"


def _claims(who: str) -> dict[str, Any] | None:
    """The claims behind a choice: ``sub`` alone, or ``sub:credit_code`` for a firm."""
    sub, _, code = who.partition(":")
    person = next((person for person in PEOPLE if person["sub"] == sub), None)
    if person is None:
        return None
    own = {name: person[name] for name in ("sub", "name", "id_type", "id_no", "phone", "level")}
    if not code:
        return {**own, "user_type": "person"}
    firm = next((firm for firm in person.get("firms", []) if firm["credit_code"] == code), None)
    if firm is None:
        return None
    entity = {name: firm[name] for name in ("name", "credit_code", "legal_rep")}
    return {**own, "user_type": "entity", "entity": entity, "agent_relation": firm["relation"]}


@blueprint.post("/token")
def token() -> Response:
    """Exchange a code, once, for tokens; client, address and verifier must be those of the request."""
    store, form = current_app.extensions["store"], request.form
    grant = store.get("identity", "code", form.get("code", ""))
    store.put("identity", "code", form.get("code", ""), None)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    sound = (
        grant is not None
        and form.get("client_id") == CLIENT
        and hmac.compare_digest(form.get("client_secret", ""), SECRET)
        and form.get("redirect_uri") == grant["redirect_uri"]
        and hmac.compare_digest(challenge.rstrip(b"=").decode(), grant["code_challenge"])
        and time.time() < grant["until"]
    )
    if not sound:
        answer = jsonify({"error": "invalid_grant"})
        answer.status_code = 400
        return answer
    now = int(time.time())
    claims = {
        "iss": grant["issuer"], "sub": grant["claims"]["sub"], "aud": CLIENT, "nonce": grant["nonce"], "iat": now,
        "exp": now + TOKEN_SECONDS,
    }  # fmt: skip
    access = secrets.token_urlsafe(24)
    store.put("identity", "access", access, {"claims": grant["claims"], "until": now + TOKEN_SECONDS})
    signed = jwt.encode({"alg": "RS256", "kid": _key().thumbprint()}, claims, _key())
    return jsonify(
        {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": signed.decode()}
    )


@blueprint.get("/userinfo")
def userinfo() -> Response:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = current_app.extensions["store"].get("identity", "access", given)
    if known is None or time.time() > known["until"]:
        answer = jsonify({"error": "invalid_token"})
        answer.status_code = 401
        return answer
    return jsonify(known["claims"])
