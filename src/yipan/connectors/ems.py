"""EMS: parcels with results of cases are ordered, tracked, and reported back through the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .base import call

SYSTEM = "ems"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Who gets it; ``reference`` is our own name of the case, never what is inside."""

    name: str
    phone: str
    address: str
    sender: str
    reference: str


def order(parcel: Parcel, at: datetime, *, key: str) -> str:
    """Order a parcel; its number. The same key gets the same parcel. Raises ConnectorError; a refusal names the
    fields."""
    body = {
        "receiver": {"name": parcel.name, "phone": parcel.phone, "address": parcel.address},
        "sender": parcel.sender, "reference": parcel.reference, "at": at.isoformat(),
    }  # fmt: skip
    return str(call(SYSTEM, "POST", "/orders", json=body, key=key).json()["number"])


def track(number: str) -> list[Mapping[str, Any]]:
    """Every event of a parcel so far, as the callbacks tell them. Raises ConnectorError."""
    return list(call(SYSTEM, "GET", f"/orders/{quote(number, safe='')}").json()["events"])
