"""Reads of the numbers room: the proof that no number is missing, and whose number one is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from yipan.platform.ui import listing

from .domain import normalise_short
from .models import Number, Rule, Series, ShortCode


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of one series that nobody can account for; finding one means that somebody changed the tables."""

    series: str
    scope: str
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumberRow:
    id: int
    value: int
    text: str
    state: str
    state_name: str
    owner_kind: str
    owner_key: str
    reason: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A counter with what became of its numbers. `title` is its scope in words; `unit`, `word` for documents."""

    id: int
    series: str
    title: str
    unit: str
    word: str
    last: int
    issued: int
    reserved: int
    void: int

    @property
    def missing(self) -> int:
        return self.last - self.issued - self.reserved - self.void


def gaps(series: str = "") -> list[Gap]:
    """Every series (or one) with numbers between 1 and the last that are neither issued, reserved nor void."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.series, s.scope, array_agg(n ORDER BY n) FROM numbers_series s "
            "CROSS JOIN LATERAL generate_series(1, s.last) AS n "
            "LEFT JOIN numbers_number g ON g.series_id = s.id AND g.value = n "
            "WHERE g.id IS NULL AND (%s = '' OR s.series = %s) GROUP BY s.series, s.scope ORDER BY s.series, s.scope",
            [series, series],
        )
        return [Gap(name, scope, tuple(missing)) for name, scope, missing in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Blank:
    """A number set aside for a paper that is written by hand; ``unit`` is the key of its unit."""

    text: str
    value: int
    unit: str
    since: datetime
    reason: str


def reserved_documents(word: str, *, unit_key: str = "", texts: Sequence[str] = ()) -> list[Blank]:
    """Reserved document numbers of a word, of one unit or of all, in their order; only ``texts`` where given."""
    found = Number.objects.filter(
        state=Number.State.RESERVED, series__series="document", series__scope__contains=f'"word": "{word}"'
    )
    if unit_key:
        found = found.filter(series__scope__contains=f'"unit": "{unit_key}"')
    if texts:
        found = found.filter(text__in=list(texts))
    columns = ("text", "value", "series__scope", "at", "reason")
    return [
        Blank(text, value, json.loads(scope)["unit"], at, reason)
        for text, value, scope, at, reason in found.order_by("series_id", "value").values_list(*columns)
    ]


def document_values(word: str, *, unit_key: str, like: str, texts: Sequence[str]) -> dict[str, int]:
    """Written form → value of those ``texts`` that stand in the same series as ``like``."""
    same = Number.objects.filter(
        text=like, series__series="document", series__scope__contains=f'"word": "{word}"'
    ).filter(series__scope__contains=f'"unit": "{unit_key}"')
    found = Number.objects.filter(series_id__in=same.values("series_id"), text__in=list(texts))
    return dict(found.values_list("text", "value"))


def kinds() -> list[str]:
    """Names of all series."""
    return list(Series.objects.order_by("series").values_list("series", flat=True).distinct())


def series_query() -> listing.TableQuery:
    """Every counter with what became of its numbers."""
    prefixes = _prefixes()
    return listing.TableQuery(
        queryset=_counted(),
        fields=("id", "series", "scope", "last", *Number.State.values),
        orders={"id": "id", "last": "last"},
        narrow=_narrow_series,
        row=lambda values: _series_row(SimpleNamespace(**values, pk=values["id"]), prefixes),
    )


def _counted() -> QuerySet[Series]:
    counted = {state: Count("numbers", filter=Q(numbers__state=state)) for state in Number.State.values}
    return Series.objects.annotate(**counted)


def _narrow_series(rows: QuerySet[Series], filters: Mapping[str, Any]) -> QuerySet[Series]:
    if "kind" in filters:
        rows = rows.filter(series=filters["kind"])
    for part in filters.get("q", "").split():
        rows = rows.filter(scope__icontains=part)
    return rows


def one_series(series_id: int) -> SeriesRow | None:
    row = _counted().filter(pk=series_id).first()
    return _series_row(row, _prefixes()) if row is not None else None


def _prefixes() -> dict[str, str]:
    rule = Rule.objects.filter(key="document").order_by("-revision").first()
    return dict(rule.prefixes) if rule else {}


def _series_row(row: Any, prefixes: dict[str, str]) -> SeriesRow:
    scope = json.loads(row.scope)
    unit, word = str(scope.get("unit", "")), str(scope.get("word", ""))
    if unit and word:
        title = f"{prefixes.get(unit, unit)}{word}字 {scope.get('year', '')} 年"
    else:
        title = " ".join(str(value) for value in scope.values()) or "全部"
    return SeriesRow(row.pk, row.series, title, unit, word, row.last, row.issued, row.reserved, row.void)


def scope_of(series_id: int) -> tuple[str, dict[str, object]] | None:
    """(series, scope) of a counter."""
    row = Series.objects.filter(pk=series_id).first()
    return (row.series, json.loads(row.scope)) if row else None


def register(series: str, limit: int = 500) -> list[NumberRow]:
    """The newest numbers of a series in all its scopes."""
    return _register(Number.objects.filter(series__series=series)).page(
        {}, after=None, before=None, limit=limit, order="-value"
    )


def register_query(series_id: int) -> listing.TableQuery:
    """The numbers of one counter."""
    return _register(Number.objects.filter(series_id=series_id))


def _register(numbers: QuerySet[Number]) -> listing.TableQuery:
    return listing.TableQuery(
        queryset=numbers,
        fields=("id", "value", "text", "state", "owner_kind", "owner_key", "reason", "actor_name", "at"),
        orders={"value": "value", "at": "at"},
        narrow=_narrow_numbers,
        row=lambda v: NumberRow(
            v["id"], v["value"], v["text"], v["state"], Number.State(v["state"]).label, v["owner_kind"],
            v["owner_key"], v["reason"], v["actor_name"], v["at"],
        ),
    )  # fmt: skip


def _narrow_numbers(rows: QuerySet[Number], filters: Mapping[str, Any]) -> QuerySet[Number]:
    if words := filters.get("q"):
        rows = rows.filter(Q(text__contains=words) | Q(reason__contains=words) | Q(actor_name__contains=words))
    return rows.filter(state=filters["state"]) if "state" in filters else rows


def find_short(text: str) -> str:
    """The case number behind a short number or query code as typed; "" when there is none."""
    code = normalise_short(text)
    if not code:
        return ""
    return ShortCode.objects.filter(code=code).values_list("target", flat=True).first() or ""
