"""Jobs of workers that died come back; finished jobs go away after a week.

A job is in state 'doing' with the worker that fetched it. When the worker is gone or silent, the job is returned. When
the worker lives but is not at the job (the database went away at the moment at which its end was to be written), it is
returned, too: every job is idempotent, and one that nobody is at would otherwise stand still for ever.
"""

import datetime as dt
import time

from django.db import connection, transaction

from .registry import manager, periodic, sweep, task

SILENT_SECONDS = 30.0
KEEP_HOURS = 24 * 7

# What the worker of this process is at, kept by the worker's middleware; and since when a job of its own was seen that
# it is not at. Between fetching a job and beginning it, and between its end and writing it down, are moments only.
_worker_id: int | None = None
_running: set[int] = set()
_abandoned: dict[int, float] = {}


def register() -> None:
    sweep("jobs.stalled", every=5.0)(give_back)
    task("jobs.tidy")(tidy)
    periodic("20 2 * * *", "jobs.tidy")


def begun(job_id: int, worker_id: int | None) -> None:
    """This process' worker begins a job."""
    global _worker_id
    _worker_id = worker_id
    _running.add(job_id)


def ended(job_id: int) -> None:
    _running.discard(job_id)


def give_back() -> int:
    """Return jobs in state 'doing' that nobody is at to the queue; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.priority FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id "
            "WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s) "
            "OR j.id = ANY(%s)) ORDER BY j.id LIMIT 100 FOR UPDATE OF j SKIP LOCKED",
            [SILENT_SECONDS, _abandoned_by_us(cursor)],
        )
        found = cursor.fetchall()
        now = dt.datetime.now(dt.UTC)  # the library's clock: jobs know no business time
        for job_id, priority in found:
            manager().retry_job_by_id(job_id, now, priority=priority)
            _abandoned.pop(job_id, None)
    return len(found)


def _abandoned_by_us(cursor) -> list[int]:
    """Jobs that the database says our worker does, and that it has not been at for a while."""
    if _worker_id is None:
        return []
    cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %s", [_worker_id])
    now = time.monotonic()
    idle = {row[0] for row in cursor.fetchall()} - _running
    for job_id in [*_abandoned]:
        if job_id not in idle:
            del _abandoned[job_id]
    return [job_id for job_id in idle if now - _abandoned.setdefault(job_id, now) >= SILENT_SECONDS]


def tidy() -> int:
    """Delete jobs that ended more than a week ago; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT "
            "EXISTS (SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - "
            "make_interval(hours => %s))",
            [KEEP_HOURS],
        )
        return cursor.rowcount
