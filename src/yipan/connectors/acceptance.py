"""The province's unified acceptance platform (统一申办受理平台): every stage of a case is pushed to it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .base import call

SYSTEM = "acceptance"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform answers; ``repeated``: it had this event already."""

    id: str
    repeated: bool = False


def push(stage: str, payload: dict[str, Any], *, key: str) -> Receipt:
    """Push one event of a case (receive, accept, process, special, result). Raises ConnectorError; a refusal names the
    fields."""
    number = quote(str(payload["case_no"]), safe="")
    answer = call(SYSTEM, "POST", f"/cases/{number}/events", json={"stage": stage, **payload}, key=key)
    body = answer.json()
    return Receipt(str(body["id"]), bool(body.get("repeated")))
