"""Jobs of workers that died come back; finished jobs go away after a week."""

import datetime as dt

from django.db import connection, transaction

from .registry import manager, periodic, sweep, task

SILENT_SECONDS = 30
KEEP_HOURS = 24 * 7


def register() -> None:
    sweep("jobs.stalled", every=5.0)(give_back)
    task("jobs.tidy")(tidy)
    periodic("20 2 * * *", "jobs.tidy")


def give_back() -> int:
    """Return jobs in state 'doing' whose worker is gone or silent to the queue; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.priority FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id "
            "WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s)) "
            "ORDER BY j.id LIMIT 100 FOR UPDATE OF j SKIP LOCKED",
            [SILENT_SECONDS],
        )
        found = cursor.fetchall()
        now = dt.datetime.now(dt.UTC)  # the library's clock: jobs know no business time
        for job_id, priority in found:
            manager().retry_job_by_id(job_id, now, priority=priority)
    return len(found)


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
