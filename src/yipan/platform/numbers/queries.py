"""Reads of the numbers room: the proof that no number is missing, and whose number one is."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

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


def kinds() -> list[str]:
    """Names of all series."""
    return list(Series.objects.order_by("series").values_list("series", flat=True).distinct())


def series_rows(series: str, *, text: str = "", series_id: int = 0, limit: int = 200) -> list[SeriesRow]:
    """The newest counters of a series, by words of their scope when `text` is given."""
    counted = {state: Count("numbers", filter=Q(numbers__state=state)) for state in Number.State.values}
    rows = Series.objects.annotate(**counted).order_by("-id")
    rows = rows.filter(pk=series_id) if series_id else rows.filter(series=series)
    for part in text.split():
        rows = rows.filter(scope__icontains=part)
    prefixes = _prefixes()
    return [_series_row(row, prefixes) for row in rows[:limit]]


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


def register(series: str = "", *, series_id: int = 0, state: str = "", limit: int = 500) -> list[NumberRow]:
    """The newest numbers of a series in all scopes, or of one counter; by state when one is given."""
    rows = Number.objects.filter(series_id=series_id) if series_id else Number.objects.filter(series__series=series)
    rows = rows.order_by("-value", "-id")
    if state:
        rows = rows.filter(state=state)
    return [
        NumberRow(
            row.value, row.text, row.state, row.get_state_display(), row.owner_kind, row.owner_key, row.reason,
            row.actor_name, row.at,
        )
        for row in rows[:limit]
    ]  # fmt: skip


def find_short(text: str) -> str:
    """The case number behind a short number or query code as typed; "" when there is none."""
    code = normalise_short(text)
    if not code:
        return ""
    return ShortCode.objects.filter(code=code).values_list("target", flat=True).first() or ""
