"""Keyset paging: a page is found by the row it begins after, so that the thousandth page is as quick as the first.

The place travels in the address as a signed text, which nobody can forge into another type or another list.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Q, QuerySet

from ..errors import BadInput
from .values import Count, Position

COUNT_LIMIT = 10_000


def pack(position: Position, *, list_key: str, order: str) -> str:
    return signing.dumps([order, *(_tagged(value) for value in position)], salt=f"ui.list.{list_key}")


def unpack(text: str, *, list_key: str, order: str) -> Position | None:
    """The position, or None when it belongs to another order. Raises BadInput for a forged or damaged text."""
    try:
        known, value, key = signing.loads(text, salt=f"ui.list.{list_key}")
    except (signing.BadSignature, ValueError) as error:
        raise BadInput("翻页地址不完整或已失效，请从列表第一页重新开始。") from error
    return (_untagged(value), _untagged(key)) if known == order else None


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _untagged(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}[tag](text)


def condition(
    column: str, key: str, *, order: str, after: Position | None, before: Position | None
) -> tuple[str, list[Any], str]:
    """``(where, parameters, order by)`` for raw SQL; ``column`` and ``key`` are SQL expressions, never user input.

    With ``before`` the rows come nearest first and are turned round by the caller. Empty values come last.
    """
    descending, backwards = order.startswith("-"), before is not None
    direction = "DESC" if descending != backwards else "ASC"
    order_by = f"{column} {direction} NULLS {'FIRST' if backwards else 'LAST'}, {key} {direction}"
    place = before if backwards else after
    if place is None:
        return "TRUE", [], order_by
    value, own = place
    beyond = "<" if direction == "DESC" else ">"
    if value is None:
        inside = f"({column} IS NULL AND {key} {beyond} %s)"
        return (f"({column} IS NOT NULL OR {inside})" if backwards else inside), [own], order_by
    where = f"({column} {beyond} %s OR ({column} = %s AND {key} {beyond} %s))"
    if not backwards:
        where = f"({where} OR {column} IS NULL)"
    return where, [value, value, own], order_by


@dataclass(frozen=True)
class TableQuery:
    """A query object over a QuerySet whose row rights are already applied.

    ``narrow(queryset, filters)`` applies filters, ``row(values)`` makes the frozen row of a ``.values()`` dict,
    ``orders`` maps column names to fields, ``key`` is a unique field. All of ``fields`` are read in one statement.
    ``filled``: nullable fields that are never empty in this queryset, so that the plain index serves their order.
    """

    queryset: QuerySet[Any]
    fields: Sequence[str]
    orders: Mapping[str, str]
    narrow: Callable[[QuerySet[Any], Mapping[str, Any]], QuerySet[Any]]
    row: Callable[[dict[str, Any]], Any]
    key: str = "id"
    count_limit: int = COUNT_LIMIT
    filled: Collection[str] = ()

    def count_estimate(self, filters: Mapping[str, Any]) -> Count:
        found = self.narrow(self.queryset, filters).order_by()[: self.count_limit + 1].count()
        return Count(min(found, self.count_limit), exact=found <= self.count_limit)

    def position(self, row: Any, order: str) -> Position:
        """Rows keep the order column and the key under the names of the list's columns and of ``key``."""
        return getattr(row, order.lstrip("-")), getattr(row, self.key)

    def page(
        self, filters: Mapping[str, Any], *, after: Position | None, before: Position | None, limit: int, order: str
    ) -> list[Any]:
        field, descending = self.orders[order.lstrip("-")], order.startswith("-")
        backwards = before is not None
        down = descending != backwards
        chosen = self.narrow(self.queryset, filters)
        place = before if backwards else after
        if place is not None:
            chosen = chosen.filter(self._beyond(field, place, down=down, backwards=backwards))
        first = (
            F(field).desc(nulls_first=backwards or None, nulls_last=not backwards or None)
            if down
            else F(field).asc(nulls_first=backwards or None, nulls_last=not backwards or None)
        )
        if not self._nullable(field):
            first = F(field).desc() if down else F(field).asc()  # lets the plain index serve the order
        ordered = chosen.order_by(first, f"-{self.key}" if down else self.key)
        names = dict.fromkeys([*self.fields, field, self.key])
        rows = [self.row(values) for values in ordered.values(*names)[:limit]]
        return rows[::-1] if backwards else rows

    def _beyond(self, field: str, place: Position, *, down: bool, backwards: bool) -> Q:
        value, key = place
        compare = "lt" if down else "gt"
        own = Q(**{f"{self.key}__{compare}": key})
        if value is None:
            inside = Q(**{f"{field}__isnull": True}) & own
            return Q(**{f"{field}__isnull": False}) | inside if backwards else inside
        found = Q(**{f"{field}__{compare}": value}) | (Q(**{field: value}) & own)
        if not self._nullable(field):
            return Q(**{f"{field}__{compare}e": value}) & found  # the bound an index can use
        return found if backwards else found | Q(**{f"{field}__isnull": True})

    def _nullable(self, field: str) -> bool:
        if field in self.filled:
            return False
        try:
            return bool(self.queryset.model._meta.get_field(field).null)
        except (FieldDoesNotExist, AttributeError):
            return True
