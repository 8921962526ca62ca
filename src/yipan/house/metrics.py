"""What Prometheus asks (/metrics): durations of requests in all web processes, and what waits in the database.

Every web process writes its own file below ``PROMETHEUS_MULTIPROC_DIR`` (set before the process starts, see
``commands.serve``), so that any of them can answer for all. What waits is counted when it is asked for: a few
statements a scrape.
"""

import hmac
import ipaddress
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Histogram(
    "yipan_request_seconds", "Duration of requests by route, method and status", ["route", "method", "status"],
    buckets=BUCKETS,
)  # fmt: skip


class Measure:
    """Middleware: duration of every request by route, never by address (addresses carry numbers of cases)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "unknown"
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        REQUESTS.labels(route, method, response.status_code).observe(time.perf_counter() - started)
        return response


class Waiting:
    """Collector: open and late work, messages, jobs and timers, as they are now."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("yipan_database_up", "Whether the database answers")
        try:
            found = list(_in_database())
        except Exception:
            # The scrape must tell that the database is away, not fail with it.
            logger.exception("metrics could not be read from the database")
            found = []
        up.add_metric([], 1 if found else 0)
        yield up
        yield from found


def _in_database() -> Iterator[Metric]:
    from yipan.platform import calendar
    from yipan.platform.jobs import queries as jobs
    from yipan.platform.processes.load import load as load_of
    from yipan.platform.records import queries as records

    load = load_of(calendar.now())
    yield _gauge("yipan_tasks_open", "Tasks that wait for somebody", [((), load.open)])
    yield _gauge("yipan_tasks_overdue", "Open tasks whose limit has passed", [((), load.overdue)])
    yield _gauge("yipan_timer_lag_seconds", "How long the oldest due timer has waited", [((), load.timer_lag)])
    queues = records.queues()
    labels = ("kind", "channel", "state")
    yield _gauge(
        "yipan_outbox_messages", "Messages and deliveries that wait or have failed for good",
        [((queue.kind, queue.channel, queue.state), queue.number) for queue in queues], labels,
    )  # fmt: skip
    backlog = jobs.backlog()
    yield _gauge("yipan_jobs", "Background jobs by state", [((state,), n) for state, n in backlog.states], ("state",))
    yield _gauge("yipan_job_lag_seconds", "How long the oldest due job has waited", [((), backlog.lag)])
    if backlog.worker_silent is not None:
        yield _gauge("yipan_worker_silent_seconds", "Since a worker last reported", [((), backlog.worker_silent)])


def _gauge(
    name: str, title: str, values: Iterable[tuple[tuple[str, ...], float]], labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, title, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for a bearer of YIPAN_METRICS_TOKEN, or for callers on this machine when none is set."""
    if not _allowed(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    text = generate_latest(_registry())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)  # type: ignore[arg-type]  # a registry collects like any collector
    registry.register(Waiting())  # type: ignore[arg-type]
    return registry


def _allowed(request: HttpRequest) -> bool:
    token = os.environ.get("YIPAN_METRICS_TOKEN", "")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(token.encode(), given.encode())
    try:
        local = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "").is_loopback
    except ValueError:
        return False
    # Whatever came through a proxy came from somewhere else, although the proxy stands on this machine.
    return local and not any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
