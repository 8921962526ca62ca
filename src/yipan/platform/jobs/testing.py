"""Run queued jobs and sweeps inside a test, on the test's own connection."""

import json

from django.db import connection

from . import registry


def run_jobs(limit: int = 1000) -> int:
    """Run every job that is due, in order, also those deferred meanwhile; how many. Errors reach the test."""
    ran = 0
    while ran < limit:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' "
                "AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY priority DESC, id LIMIT 1"
            )
            row = cursor.fetchone()
            if row is None:
                return ran
            job_id, name, arguments = row
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        registry.functions[name](**(json.loads(arguments) if isinstance(arguments, str) else arguments))
        ran += 1
    raise AssertionError(f"jobs keep deferring jobs: {limit} were run")


def run_sweeps(*names: str) -> int:
    """Call sweeps (all, or those named) until none finds work; rows handled."""
    handled = 0
    while True:
        found = sum(registry.sweeps[name].function() for name in (names or list(registry.sweeps)))
        if not found:
            return handled
        handled += found
