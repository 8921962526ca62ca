"""A query object over rows that are few by nature (versions, templates, calendars): read at once, ordered here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .values import Count, Position


@dataclass(frozen=True)
class RowsQuery:
    """``rows(filters)`` gives the rows the reader may see, ``keep(row, filters)`` tells which of them were asked for.

    The list is ordered by the row's attribute of the column's name, then by ``key``; rows without a value come last.
    """

    rows: Callable[[Mapping[str, Any]], Sequence[Any]]
    keep: Callable[[Any, Mapping[str, Any]], bool] = lambda _row, _filters: True
    key: str = "id"

    def count_estimate(self, filters: Mapping[str, Any]) -> Count:
        return Count(len(self._kept(filters)))

    def position(self, row: Any, order: str) -> Position:
        return getattr(row, order.lstrip("-")), getattr(row, self.key)

    def page(
        self, filters: Mapping[str, Any], *, after: Position | None, before: Position | None, limit: int, order: str
    ) -> list[Any]:
        down = order.startswith("-")
        ordered = self._ordered(self._kept(filters), order, down)
        places = [_rank(self.position(row, order), down) for row in ordered]
        if after is not None:
            wanted = _rank(after, down)
            return [row for row, place in zip(ordered, places, strict=True) if _follows(place, wanted, down)][:limit]
        if before is not None:
            wanted = _rank(before, down)
            return [row for row, place in zip(ordered, places, strict=True) if _follows(wanted, place, down)][-limit:]
        return ordered[:limit]

    def _kept(self, filters: Mapping[str, Any]) -> list[Any]:
        return [row for row in self.rows(filters) if self.keep(row, filters)]

    def _ordered(self, rows: list[Any], order: str, down: bool) -> list[Any]:
        return sorted(rows, key=lambda row: _rank(self.position(row, order), down), reverse=down)


def _rank(place: Position, down: bool) -> tuple[bool, Any, Any]:
    """What is compared: empty values behind all others both ways, Chinese by its national code (pinyin)."""
    value, key = place
    return (value is None) != down, _comparable(value), _comparable(key)


def _comparable(value: Any) -> Any:
    if value is None:
        return b""
    return value.encode("gb18030") if isinstance(value, str) else value


def _follows(place: tuple[bool, Any, Any], wanted: tuple[bool, Any, Any], down: bool) -> bool:
    return place < wanted if down else place > wanted
