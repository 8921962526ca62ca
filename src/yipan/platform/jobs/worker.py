"""The worker process: procrastinate for jobs, one thread per sweep, one heartbeat.

SIGTERM, SIGINT and SIGHUP end it after the running jobs; what does not end in time is killed by the supervisor and
returned to the queue by another worker's sweep. NOTIFY is only a hint: jobs are polled every few seconds.
"""

import datetime as dt
import logging
import signal
import threading
import time
from typing import Any

from django.db import close_old_connections, connection

from . import stalled
from .registry import Sweep, sweeps

logger = logging.getLogger(__name__)

POLL_SECONDS = 3.0
HEARTBEAT_SECONDS = 5.0
PAUSE_AFTER_ERROR = 5.0


def last_heartbeat() -> dt.datetime | None:
    """When a worker last reported (aware), or None when no worker is registered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        return cursor.fetchone()[0]


def run(concurrency: int = 2) -> int:
    """Run until a signal says stop; the exit code."""
    from procrastinate.contrib.django.procrastinate_app import app

    stop = threading.Event()
    threads = [threading.Thread(target=_keep_sweeping, args=(s, stop), name=s.name) for s in sweeps.values()]
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    for thread in threads:
        thread.daemon = True
        thread.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            app.run_worker(
                concurrency=concurrency,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=30.0,
                delete_jobs="successful",
                worker_middleware=[_know_what_runs],
                name="yipan",
            )
    finally:
        stop.set()
        deadline = time.monotonic() + 5
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    return 0


async def _know_what_runs(run_job: Any, context: Any, worker: Any) -> Any:
    stalled.begun(context.job.id, worker.worker_id)
    try:
        return await run_job()
    finally:
        stalled.ended(context.job.id)


def _keep_sweeping(sweep: Sweep, stop: threading.Event) -> None:
    """One thread: call the sweep, at once again while there is work; an error is logged and does not end it."""
    try:
        while not stop.is_set():
            pause = sweep.every
            try:
                close_old_connections()
                if sweep.function():
                    pause = 0.0
            except Exception:
                logger.exception("sweep %s failed", sweep.name)
                connection.close()
                pause = PAUSE_AFTER_ERROR
            stop.wait(pause)
    finally:
        connection.close()
