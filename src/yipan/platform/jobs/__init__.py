"""Work outside a request: deferred jobs, periodic jobs, sweeps over rows, long work with progress on screen.

* ``task(name)(function)`` registers a job; ``defer(name, **arguments)`` queues it on Django's connection, so it exists
  exactly when the caller's transaction commits. Every job is idempotent: a killed worker's job runs again.
* ``periodic(cron, name)`` queues a registered job by the clock of Asia/Shanghai.
* ``sweep(name, every=2.0)(function)`` has the worker call ``function() -> int`` (rows handled) again and again: for
  rows that are due by themselves (timers, deliveries, outbox). Sweeps take rows with SKIP LOCKED.
* ``start(name, title=…, **arguments)`` queues long work whose progress is a row; inside it ``with progress(id) as p:
  p.total(n); p.step()``.
* ``worker.run()`` is what ``yipan worker`` runs.

The library behind it is procrastinate; no other room imports it.
"""

from .registry import defer, periodic, sweep, task
from .tracking import progress, start

__all__ = ["defer", "periodic", "progress", "start", "sweep", "task"]
