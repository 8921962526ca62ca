"""Lockers (自助柜): a cell is taken for a result, and its code goes to the applicant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .base import call

SYSTEM = "locker"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where it lies, and the code that opens it: to be handed on to the applicant and kept nowhere."""

    number: str
    place: str
    code: str
    until: datetime


def store(reference: str, sender: str, at: datetime, days: int, *, key: str) -> Cell:
    """Take a cell for some days. The same key gets the same cell. Raises ConnectorError."""
    body = {"reference": reference, "sender": sender, "at": at.isoformat(), "days": days}
    told = call(SYSTEM, "POST", "/parcels", json=body, key=key).json()
    return Cell(str(told["number"]), str(told["place"]), str(told["code"]), datetime.fromisoformat(told["until"]))


def track(number: str) -> list[Mapping[str, Any]]:
    """Every event of a parcel so far. Raises ConnectorError."""
    return list(call(SYSTEM, "GET", f"/parcels/{quote(number, safe='')}").json()["events"])
