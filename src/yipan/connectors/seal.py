"""The seal service (电子印章): the platform puts no seal on any document by itself.

The service signs every byte of a sealed file (SM2, a detached signature in the PDF) and publishes its key. A file that
comes back and is not signed like that by a key the service names is refused: nothing unproven is handed out as sealed.
"""

import hashlib
import re
from collections.abc import Mapping

import gmalg

from .base import ConnectorError, call

SYSTEM = "seal"
SEAL_SECONDS = 20.0
IDENTIFIER = b"1234567812345678"
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_KEY = re.compile(rb"/YipanKey\s*/([A-Za-z0-9-]{1,40})")
_keys: dict[str, str] = {}


def seal(pdf: bytes, seal_key: str, *, reason: str, key: str) -> bytes:
    """The sealed PDF. ``seal_key`` names the unit's seal; ``reason`` is kept by the service. Raises ConnectorError."""
    answer = call(
        SYSTEM,
        "POST",
        "/documents",
        content=pdf,
        params={"seal": seal_key, "reason": reason},
        headers={"Content-Type": "application/pdf"},
        key=key,
        seconds=SEAL_SECONDS,
    )
    if not answer.content.startswith(b"%PDF-"):
        raise ConnectorError("用印服务返回的不是 PDF", code="file")
    known = keys()
    if known:
        fault = problem_of(answer.content, known)
        if fault == UNKNOWN_KEY:
            known = keys(again=True)
            fault = problem_of(answer.content, known)
        if fault:
            raise ConnectorError(f"用印服务返回的文件没有通过验签：{fault}", code="signature")
    return answer.content


def keys(*, again: bool = False) -> dict[str, str]:
    """Public keys of the service by id, asked for once per process; empty when the service publishes none."""
    global _keys
    if not _keys or again:
        try:
            published = call(SYSTEM, "GET", "/keys").json()["keys"]
        except ConnectorError as problem:
            if problem.permanent:
                return {}
            raise
        _keys = {str(one["id"]): str(one["public"]) for one in published}
    return dict(_keys)


UNKNOWN_KEY = "签名所用的密钥不是用印服务公布的"


def problem_of(pdf: bytes, known: Mapping[str, str]) -> str:
    """Why a file is not exactly what one of these keys sealed; "" when it is."""
    ranges = _RANGE.findall(pdf)
    if len(ranges) != 1:
        return "文件没有用印签名，或者不止一个"
    begin, start, end, rest = (int(number) for number in ranges[0])
    place = pdf[start:end]
    if begin or end + rest != len(pdf) or start >= end or place[:1] + place[-1:] != b"<>":
        return "签名没有覆盖整个文件"
    named = _KEY.search(pdf[:start] + pdf[end:])
    public = known.get(named[1].decode()) if named else None
    if public is None:
        return UNKNOWN_KEY
    digest = hashlib.sha256(pdf[:start] + pdf[end:]).hexdigest()
    try:
        r, s = _numbers(bytes.fromhex(place[1:-1].decode()))
        sound = gmalg.SM2(uid=IDENTIFIER, pk=bytes.fromhex(public)).verify(f"yipan-seal-1:{digest}".encode(), r, s)
    except (ValueError, IndexError, OverflowError, gmalg.errors.GMError):
        sound = False
    return "" if sound else "签名与内容不符"


def _numbers(value: bytes) -> tuple[bytes, bytes]:
    """r and s of a DER sequence of two integers (zeros may follow it). Raises ValueError, IndexError."""
    if value[0] != 0x30:
        raise ValueError("not a sequence")
    found, at = [], 2
    for _ in range(2):
        if value[at] != 2:
            raise ValueError("not an integer")
        size = value[at + 1]
        found.append(int.from_bytes(value[at + 2 : at + 2 + size], "big").to_bytes(32, "big"))
        at += 2 + size
    return found[0], found[1]
