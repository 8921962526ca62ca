"""Plain values that a list and a room's query exchange."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# Where a page begins or ends: the value of the order column and the unique key of the row there.
Position = tuple[Any, Any]


@dataclass(frozen=True)
class Between:
    """A range with both ends included; None leaves an end open."""

    low: Any = None
    high: Any = None


@dataclass(frozen=True)
class Count:
    """How many rows there are; with ``exact`` False there are at least ``value``."""

    value: int
    exact: bool = True

    def __str__(self) -> str:
        return f"共 {self.value:,} 条" if self.exact else f"超过 {self.value:,} 条"


class Query(Protocol):
    """What a room's query object offers. Row rights are applied inside it.

    ``filters`` holds only what was asked: text and choices as str (several choices as a tuple), ranges as ``Between``,
    flags as True. ``order`` is a name of a sortable column, with "-" for descending; empty values come last both ways.
    ``page`` returns at most ``limit`` frozen rows in display order: those directly after ``after``, or those directly
    before ``before`` (nearest to it), or the first ones.
    """

    def count_estimate(self, filters: Mapping[str, Any]) -> Count: ...

    def page(
        self, filters: Mapping[str, Any], *, after: Position | None, before: Position | None, limit: int, order: str
    ) -> Sequence[Any]: ...

    def position(self, row: Any, order: str) -> Position: ...
