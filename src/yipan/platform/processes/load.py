"""How much waits in all processes, for those who watch operations."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from .domain.delta import OPEN


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits in all: open tasks, those past their limit, seconds the oldest due timer has waited."""

    open: int
    overdue: int
    timer_lag: float


def load(now: datetime) -> Load:
    """For those who watch operations (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE due_at <= %(now)s), coalesce((SELECT extract(epoch FROM "
            "%(now)s - min(due_at)) FROM processes_timer WHERE due_at <= %(now)s), 0)::float8 "
            "FROM processes_task WHERE status = ANY(%(open)s)",
            {"now": now, "open": list(OPEN)},
        )
        return Load(*cursor.fetchone())
