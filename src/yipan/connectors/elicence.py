"""The province's e-licence library (电子证照): find and fetch what was issued, push what is issued here."""

import base64
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .base import ConnectorError, Use, call

SYSTEM = "elicence"
FETCH_SECONDS = 5.0  # longer than this and the page offers the upload instead


@dataclass(frozen=True, slots=True)
class LicenceRef:
    """A licence as a search finds it."""

    identifier: str
    name: str
    status: str  # valid | expired | revoked
    valid_to: str

    @property
    def valid(self) -> bool:
        return self.status == "valid"

    @property
    def word(self) -> str:
        return {"valid": "有效", "expired": "已过期", "revoked": "已撤销"}.get(self.status, "已失效")


@dataclass(frozen=True, slots=True)
class Licence:
    """A fetched licence: its fields and its file."""

    identifier: str
    name: str
    data: dict[str, Any]
    pdf: bytes
    fetched_at: datetime


def find(holder_code: str, licence_type: str, *, seconds: float | None = None) -> list[LicenceRef]:
    """The holder's licences of a type, the valid ones first. Raises ConnectorError."""
    answer = call(
        SYSTEM,
        "GET",
        "/licences",
        params={"holder": holder_code, "type": licence_type},
        seconds=FETCH_SECONDS if seconds is None else seconds,
    )
    found = [
        LicenceRef(row["identifier"], row["name"], row["status"], row.get("valid_to", ""))
        for row in answer.json()["licences"]
    ]
    return sorted(found, key=lambda licence: not licence.valid)


def fetch(licence: LicenceRef, use: Use, *, seconds: float | None = None) -> Licence:
    """Fields and file of one licence, for a named use. Raises ConnectorError, also for a file that is no PDF."""
    answer = call(
        SYSTEM,
        "GET",
        f"/licences/{quote(licence.identifier, safe='')}",
        params=asdict(use),
        seconds=FETCH_SECONDS if seconds is None else seconds,
    )
    body = answer.json()
    pdf = base64.b64decode(body["pdf_base64"])
    if not pdf.startswith(b"%PDF-"):
        raise ConnectorError("电子证照库返回的文件不是 PDF", permanent=True, code="file")
    return Licence(body["identifier"], body["name"], body["data"], pdf, datetime.now(UTC))


def push(payload: dict[str, Any], *, key: str) -> str:
    """Hand over a licence issued here, or its new state; the library's id. Raises ConnectorError."""
    return str(call(SYSTEM, "POST", "/licences", json=payload, key=key).json()["id"])
