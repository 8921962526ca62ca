"""The province's item management system (政务服务事项管理系统): what was changed since a moment."""

from dataclasses import dataclass
from typing import Any

from .base import call

SYSTEM = "catalogue"


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in the order in which they were published; ``cursor``: where to go on; ``more``: there is more now."""

    rows: list[dict[str, Any]]
    cursor: str
    more: bool


def since(cursor: str) -> Batch:
    """What was published after a cursor ("" for everything). Raises ConnectorError."""
    answer = call(SYSTEM, "GET", "/items", params={"since": cursor}).json()
    return Batch(list(answer["rows"]), str(answer["cursor"]), bool(answer["more"]))
