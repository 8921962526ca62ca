"""Reads of the numbers room: the proof that no number is missing, and whose number one is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from .domain import normalise_short
from .models import Number, ShortCode


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


def register(series: str, *, state: str = "", limit: int = 500) -> list[NumberRow]:
    """The newest numbers of a series, in all scopes; by state when one is given."""
    rows = Number.objects.filter(series__series=series).order_by("-id")
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
