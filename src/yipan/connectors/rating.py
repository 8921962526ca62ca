"""好差评, the province's rating of government services."""

from typing import Any

from .base import call

SYSTEM = "rating"


def push(payload: dict[str, Any], *, key: str) -> str:
    """Report a rating given here; the service's id. Raises ConnectorError naming the fields it refuses."""
    return str(call(SYSTEM, "POST", "/evaluations", json=payload, key=key).json()["id"])
