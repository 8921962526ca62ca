"""The signed summary in a licence's QR code.

Format 1: ``c = B64(summary) "." B64(signature)``, both base64url without padding. The summary is canonical JSON
(UTF-8, keys sorted, no blanks) with the members

    v format (1) · k id of the signing key · s serial · t title · n number · h holder (persons masked) ·
    c holder's code (persons masked) · o issuer · d issued on · f valid from · e valid to ("" without end)

The signature is SM2 with SM3 over exactly the bytes of the summary, identifier 1234567812345678, DER (r, s).
Anybody with the public key can check it (``tools/verify_licence.py``); whether a licence was revoked afterwards only
this platform knows.
"""

import base64
import binascii
import json
from collections.abc import Mapping

FORMAT = 1
MEMBERS = frozenset("vkstnhcodfe")
LONGEST = 3000


class Malformed(ValueError):
    """Text that is no compact licence at all."""


def signed_bytes(summary: Mapping[str, object]) -> bytes:
    """The canonical bytes that are signed."""
    return json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def compact(signed: bytes, signature: bytes) -> str:
    return f"{_encode(signed)}.{_encode(signature)}"


def open_compact(text: str) -> tuple[dict[str, str], bytes, bytes]:
    """(summary, signed bytes, signature). Raises Malformed. Nothing is believed yet."""
    body, dot, signature = text.strip().partition(".")
    if not dot or len(text) > LONGEST:
        raise Malformed("not a compact licence")
    try:
        signed, value = _decode(body), _decode(signature)
        summary = json.loads(signed)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Malformed("not a compact licence") from error
    if not isinstance(summary, dict) or set(summary) != MEMBERS or summary["v"] != FORMAT:
        raise Malformed("not a compact licence of format 1")
    if not all(isinstance(value, str) for name, value in summary.items() if name != "v"):
        raise Malformed("members are texts")
    return summary, signed, value


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text.encode("ascii", "strict") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not the canonical spelling")  # trailing bits that carry nothing could be changed unseen
    return data
