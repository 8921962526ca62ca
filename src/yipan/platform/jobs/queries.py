"""Reading the progress of long work."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .models import Progress


@dataclass(frozen=True, slots=True)
class ProgressView:
    """One piece of work as a screen shows it; ``open`` while it waits or runs."""

    id: int
    title: str
    state: str
    state_title: str
    total: int
    done: int
    percent: int
    note: str
    result: dict[str, Any]
    error: str
    stop_asked: bool
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None

    @property
    def open(self) -> bool:
        return self.state in ("queued", "running")


def of(progress_id: int, account_id: int | None) -> ProgressView | None:
    """The work, when this account started it; otherwise there is none to see."""
    row = Progress.objects.filter(pk=progress_id, account_id=account_id, account_id__isnull=False).first()
    return _view(row) if row else None


def latest(name: str, limit: int = 5) -> tuple[ProgressView, ...]:
    """The newest pieces of work of one job, whoever started them (the caller has checked a right)."""
    return tuple(_view(row) for row in Progress.objects.filter(name=name).order_by("-id")[:limit])


def _view(row: Progress) -> ProgressView:
    return ProgressView(
        row.pk, row.title, row.state, dict(Progress.STATES)[row.state], row.total, row.done, row.percent, row.note,
        row.result, row.error, row.stop_asked, row.created_at, row.started_at, row.ended_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs that are not done: how many by state, how long the oldest due one has waited, since when no worker spoke."""

    states: tuple[tuple[str, int], ...]
    lag: float
    worker_silent: float | None


def backlog() -> Backlog:
    """For those who watch operations (one statement); jobs that ended well are deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, count(*), coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, ("
            "SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id))) FILTER (WHERE status = 'todo' "
            "AND coalesce(j.scheduled_at, now()) <= now())), 0)::float8, "
            "(SELECT extract(epoch FROM now() - max(last_heartbeat))::float8 FROM procrastinate_workers) "
            "FROM procrastinate_jobs j WHERE status IN ('todo', 'doing', 'failed') GROUP BY status"
        )
        rows = cursor.fetchall()
        if rows:
            return Backlog(tuple((state, n) for state, n, _, _ in rows), max(0.0, *(r[2] for r in rows)), rows[0][3])
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat))::float8 FROM procrastinate_workers")
        return Backlog((), 0.0, cursor.fetchone()[0])
