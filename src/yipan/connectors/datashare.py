"""The province's data exchange (数据共享): ask whether a government record of somebody is there, and what it says."""

from dataclasses import asdict, dataclass

from .base import Use, call

SYSTEM = "datashare"
NO_ITEM = "-"  # asked for who somebody is, and for no service item
CHECK_SECONDS = 5.0  # longer than this and the page offers the upload instead


@dataclass(frozen=True, slots=True)
class Finding:
    """What the resource says: facts by their labels, until when they hold ("" when without end), the exchange's
    receipt of the question."""

    receipt: str
    facts: dict[str, str]
    valid_to: str


def check(resource: str, holder: str, use: Use, *, seconds: float | None = None) -> Finding | None:
    """Ask a resource about a holder (credit code or document number); None when it has no record of him.

    Raises ConnectorError, also for a resource the exchange does not know.
    """
    answer = call(
        SYSTEM,
        "POST",
        f"/resources/{resource}/check",
        json=asdict(use) | {"holder": holder},
        seconds=CHECK_SECONDS if seconds is None else seconds,
    ).json()
    if not answer["found"]:
        return None
    facts = {str(label): str(value) for label, value in answer["facts"].items()}
    return Finding(str(answer["receipt"]), facts, str(answer.get("valid_to") or ""))


@dataclass(frozen=True, slots=True)
class Answered:
    """What the keeper of a register says of contested data: the corrected value ("" when the entry stays) and why."""

    corrected: str
    text: str


def dispute(told: dict[str, object], *, key: str) -> str:
    """Hand in contested data (数据异议); the platform's number of it. Raises ConnectorError."""
    return str(call(SYSTEM, "POST", "/disputes", json=told, key=key).json()["id"])


def dispute_state(remote_id: str) -> Answered | None:
    """What became of it; None while the keeper looks into it. Raises ConnectorError."""
    found = call(SYSTEM, "GET", f"/disputes/{remote_id}").json()
    return Answered(str(found["corrected"]), str(found["answer"])) if found["state"] == "answered" else None
