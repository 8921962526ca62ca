"""What every connector does alike: address and gateway signature, time-outs, idempotency keys, kinds of failure.

Calls to systems behind the province's gateway (智能网关) are signed: ``x-tif-signature`` is the hex SHA-256 of
timestamp + token + nonce + timestamp. The digest is a parameter, because deployments with SM3 exist.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
# The other side will never take these, however often they are repeated; except what it says is only too early.
PERMANENT = frozenset({400, 404, 409, 410, 413, 415, 422})
TOO_EARLY = "out_of_order"
SKEW_SECONDS = 300

_client: httpx.Client | None = None


class ConnectorError(Exception):
    """A call that did not succeed. ``permanent``: it never will, as it is; ``code`` is the other side's own code."""

    def __init__(self, text: str, *, permanent: bool = False, code: str = "") -> None:
        self.permanent, self.code = permanent, code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Use:
    """What a licence or a record is asked for (用证事由): the other side keeps it, a library writes it over the file.

    ``ground``: ``holder`` (with the holder's consent) or ``law`` (a duty set by law); ``reference`` names the case."""

    purpose: str
    item: str
    reference: str
    ground: str


def address(system: str) -> str:
    """The base address of a system. Raises ConnectorError when this installation is not connected to it."""
    base = settings.YIPAN_CONNECTORS.get(system, "")
    if not base:
        raise ConnectorError(f"没有配置系统“{system}”的地址", permanent=True)
    return base.rstrip("/")


def sign(paasid: str, token: str, *, timestamp: str, nonce: str, digest: Callable[[bytes], str]) -> dict[str, str]:
    """The gateway's headers for one call."""
    signature = digest(f"{timestamp}{token}{nonce}{timestamp}".encode())
    return {
        "x-tif-paasid": paasid,
        "x-tif-timestamp": timestamp,
        "x-tif-nonce": nonce,
        "x-tif-signature": signature,
    }


def inbound_signature(token: str, headers: Mapping[str, str], *, digest: Callable[[bytes], str]) -> str:
    """The signature a call of the gateway to us must carry: besides time and nonce it covers whom it speaks for."""
    stamp, nonce = headers.get("x-tif-timestamp", ""), headers.get("x-tif-nonce", "")
    who = ",".join(headers.get(f"x-tif-{part}", "") for part in ("uid", "uinfo", "ext"))
    return digest(f"{stamp}{token}{nonce},{who}{stamp}".encode())


def inbound_problem(headers: Mapping[str, str], *, now: float, digest: Callable[[bytes], str]) -> str:
    """Why a call that says it comes from the gateway is turned away; "" when time and signature are right. Whether its
    nonce was used before, the receiver remembers."""
    gateway = settings.YIPAN_GATEWAY
    stamp = headers.get("x-tif-timestamp", "")
    if not gateway["token"] or headers.get("x-tif-paasid") != gateway["paasid"]:
        return "x-tif-paasid 不是本平台登记的应用"
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > SKEW_SECONDS:
        return f"x-tif-timestamp 与当前时间相差超过 {SKEW_SECONDS} 秒"
    if not headers.get("x-tif-nonce"):
        return "缺少 x-tif-nonce"
    wanted = inbound_signature(gateway["token"], headers, digest=digest)
    given = headers.get("x-tif-signature", "").lower()  # some senders write it in capitals
    return "" if hmac.compare_digest(wanted.encode(), given.encode()) else "x-tif-signature 不正确"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def gateway_headers() -> dict[str, str]:
    gateway = settings.YIPAN_GATEWAY
    return sign(
        gateway["paasid"],
        gateway["token"],
        timestamp=str(int(time.time())),
        nonce=secrets.token_hex(12),
        digest=sha256,
    )


def call(
    system: str,
    method: str,
    path: str,
    *,
    json: Any = None,
    content: bytes | None = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    key: str = "",
    seconds: float | None = None,
) -> httpx.Response:
    """One signed call; ``key`` lets the other side drop repeats. Raises ConnectorError."""
    seconds = READ_SECONDS if seconds is None else seconds
    sent = gateway_headers() | dict(headers or {})
    if key:
        sent["Idempotency-Key"] = key
    try:
        answer = client().request(
            method,
            f"{address(system)}{path}",
            json=json,
            content=content,
            params=params,
            headers=sent,
            timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        )
    except httpx.TimeoutException as problem:
        raise ConnectorError(f"{system}：超过 {seconds:.0f} 秒没有应答", code="timeout") from problem
    except httpx.HTTPError as problem:
        raise ConnectorError(f"{system}：{type(problem).__name__}", code="network") from problem
    if answer.is_success:
        return answer
    text, code = _reason(answer)
    permanent = answer.status_code in PERMANENT and code != TOO_EARLY
    raise ConnectorError(f"{system}：{text}", permanent=permanent, code=code)


def _reason(answer: httpx.Response) -> tuple[str, str]:
    """What the other side says: its message and code, or the bare status."""
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}", str(answer.status_code)
    if not isinstance(body, dict):
        return f"HTTP {answer.status_code}", str(answer.status_code)
    errors = body.get("errors")
    named = "；".join(f"{error.get('field', '')} {error.get('message', '')}".strip() for error in errors or [])
    return named or str(body.get("message") or f"HTTP {answer.status_code}"), str(body.get("code", answer.status_code))


def client() -> httpx.Client:
    """One connection pool per process."""
    global _client
    if _client is None:
        _client = httpx.Client(follow_redirects=False, trust_env=False)
    return _client
