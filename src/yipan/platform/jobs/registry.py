"""What can be run: jobs, their schedules, sweeps. Filled at start-up, the same in web and worker."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, TypeVar

from django.db import transaction

Function = TypeVar("Function", bound=Callable[..., Any])

SHANGHAI_HOURS = 8  # ahead of UTC all year; procrastinate reads cron lines as UTC


class UnknownJob(LookupError):
    """No job of this name was registered."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """``function() -> int`` is called every ``every`` seconds, and at once again while it returns more than 0."""

    name: str
    every: float
    function: Callable[[], int]


functions: dict[str, Callable[..., Any]] = {}
schedules: dict[str, str] = {}
sweeps: dict[str, Sweep] = {}


def _app() -> Any:
    from procrastinate.contrib.django.procrastinate_app import app

    return app


@cache
def manager() -> Any:
    """procrastinate's manager on Django's own connection. The library's app works on another connection inside the
    worker, where a job deferred by a job would not belong to its transaction."""
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.manager import JobManager

    return JobManager(DjangoConnector())


def task(name: str, *, attempts: int = 5) -> Callable[[Function], Function]:
    """Register ``function`` as job ``name``; a failing job is tried ``attempts`` times with doubling pauses."""

    def register(function: Function) -> Function:
        from procrastinate import RetryStrategy

        if functions.get(name) is function:
            return function
        if name in functions:
            raise ValueError(f"job {name} is already registered")
        functions[name] = function

        @wraps(function)
        def run(timestamp: int | None = None, **arguments: Any) -> None:  # noqa: ARG001
            # A periodic job gets its planned time from the library; ours take no notice of it. Results of jobs are
            # rows, never return values.
            function(**arguments)

        retry = RetryStrategy(max_attempts=attempts, exponential_wait=2)
        _app().task(name=name, queue="default", retry=retry)(run)
        return function

    return register


def defer(name: str, /, *, once: str = "", lock: str = "", **arguments: Any) -> int | None:
    """Queue job ``name`` in the current transaction; its id.

    ``arguments`` are JSON values and hold ids, never personal data (they appear in logs of failures). With ``once``
    a job already waiting under the same key makes this call do nothing (None); jobs with the same ``lock`` never run
    at the same time and keep their order.
    """
    if name not in functions:
        raise UnknownJob(name)
    from procrastinate.exceptions import AlreadyEnqueued

    options = {"queueing_lock": once} if once else {}
    options |= {"lock": lock} if lock else {}
    try:
        with transaction.atomic():
            deferrer = _app().configure_task(name, **options)
            deferrer.job_manager = manager()
            return deferrer.defer(**arguments)
    except AlreadyEnqueued:
        return None


def periodic(cron: str, name: str) -> None:
    """Queue registered job ``name`` at the times of a cron line (minute hour day month weekday, Asia/Shanghai)."""
    if name not in functions:
        raise UnknownJob(name)
    if schedules.get(name) == cron:
        return
    schedules[name] = cron
    _app().periodic(cron=in_utc(cron), periodic_id=name)(_app().tasks[name])


def in_utc(cron: str) -> str:
    """The cron line in UTC. Only plain hours can be moved; across midnight only when every day is meant."""
    minute, hour, *rest = cron.split()
    if hour == "*" or hour.startswith("*/"):
        return cron
    hours = [int(part) - SHANGHAI_HOURS for part in hour.split(",")]
    if any(value < 0 for value in hours) and rest != ["*", "*", "*"]:
        raise ValueError(f"{cron}: a time before 08:00 cannot be limited to some days")
    return " ".join([minute, ",".join(str(value % 24) for value in sorted(hours, key=lambda h: h % 24)), *rest])


def sweep(name: str, *, every: float = 2.0) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Have the worker call the function every ``every`` seconds (at most 5: nothing due may wait longer)."""
    if not 0 < every <= 5:
        raise ValueError("a sweep runs at least every 5 seconds")

    def register(function: Callable[[], int]) -> Callable[[], int]:
        sweeps[name] = Sweep(name, every, function)
        return function

    return register
