"""The province's identity service (统一身份认证): OpenID Connect, authorization code with PKCE.

The browser goes to the service's public address, the server asks it under the configured one; in demo installations
the first lies below the platform's own port.
"""

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from django.conf import settings

from .base import CONNECT_SECONDS, READ_SECONDS, ConnectorError, address, client

SYSTEM = "identity"
SCOPE = "openid profile entity"
SKEW_SECONDS = 120
jwt = JsonWebToken(["RS256"])  # never "none", never a symmetric key
_keys: tuple[float, Any] | None = None
KEYS_SECONDS = 600


def begin(*, redirect_uri: str, state: str, nonce: str) -> tuple[str, str]:
    """Where to send the browser, and the PKCE verifier to keep until it comes back."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.YIPAN_IDENTITY_CLIENT["id"],
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{public_base(redirect_uri)}/authorize?{urlencode(asked)}", verifier


def public_base(redirect_uri: str) -> str:
    """The address people's browsers reach: the sandbox is published below the platform's own address."""
    base = address(SYSTEM)
    sandbox = settings.SANDBOX_URL.rstrip("/")
    if not base.startswith(f"{sandbox}/"):
        return base
    own = urlsplit(redirect_uri)
    return f"{own.scheme}://{own.netloc}/sandbox{base.removeprefix(sandbox)}"


def finish(*, code: str, verifier: str, redirect_uri: str, nonce: str) -> dict[str, Any]:
    """Exchange the code for verified claims of the person (and the firm he signed in for). Raises ConnectorError."""
    answer = _ask(
        "POST",
        "/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": settings.YIPAN_IDENTITY_CLIENT["id"],
            "client_secret": settings.YIPAN_IDENTITY_CLIENT["secret"],
        },
    )
    tokens = answer.json()
    known = _verified(tokens["id_token"], nonce=nonce, issuers={address(SYSTEM), public_base(redirect_uri)})
    claims = _ask("GET", "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    if claims.get("sub") != known["sub"]:
        raise ConnectorError("统一身份认证返回的两份身份不一致", permanent=True, code="sub")
    return claims


def _verified(token: str, *, nonce: str, issuers: set[str]) -> dict[str, Any]:
    """Signature, issuer, audience, nonce and times of the id token; times are real time."""
    try:
        claims = jwt.decode(token, _key_set())
    except (JoseError, ValueError):  # ValueError: none of the known keys has the token's key id
        claims = _decode_with_new_keys(token)
    now = time.time()
    faults = [
        name
        for name, sound in (
            ("iss", claims.get("iss") in issuers),
            ("aud", claims.get("aud") == settings.YIPAN_IDENTITY_CLIENT["id"]),
            ("nonce", secrets.compare_digest(str(claims.get("nonce", "")), nonce)),
            ("exp", claims.get("exp", 0) > now - SKEW_SECONDS),
            ("iat", claims.get("iat", now) < now + SKEW_SECONDS),
        )
        if not sound
    ]
    if faults:
        raise ConnectorError(f"统一身份认证的令牌不正确：{'、'.join(faults)}", permanent=True, code="token")
    return dict(claims)


def _decode_with_new_keys(token: str) -> Any:
    """The service may have changed its keys since they were read: read them once more."""
    global _keys
    _keys = None
    try:
        return jwt.decode(token, _key_set())
    except (JoseError, ValueError) as problem:
        raise ConnectorError("统一身份认证的令牌签名不正确", permanent=True, code="signature") from problem


def _key_set() -> Any:
    global _keys
    if _keys is None or time.monotonic() - _keys[0] > KEYS_SECONDS:
        _keys = (time.monotonic(), JsonWebKey.import_key_set(_ask("GET", "/jwks").json()))
    return _keys[1]


def _ask(method: str, path: str, **more: Any) -> httpx.Response:
    try:
        answer = client().request(
            method, f"{address(SYSTEM)}{path}", timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), **more
        )
    except httpx.HTTPError as problem:
        raise ConnectorError("统一身份认证没有应答", code="network") from problem
    if not answer.is_success:
        raise ConnectorError(
            f"统一身份认证拒绝了请求（{answer.status_code}）", permanent=answer.status_code < 500, code="refused"
        )
    return answer
