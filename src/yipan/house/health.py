"""What machines ask: is the process alive (/healthz), can it serve (/readyz), what has it done (/metrics)."""

import datetime as dt
import hmac
import ipaddress
import os
import time

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest

REQUESTS = Histogram("yipan_request_seconds", "Duration of requests by route and status", ["route", "status"])
WORKER_SILENT_SECONDS = 60


def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def ready(_request: HttpRequest) -> JsonResponse:
    """200 only when database, migrations, worker and clock agree; the body names each check."""
    checks = {name: _result(check) for name, check in CHECKS.items()}
    ok = all(result == "ok" for result in checks.values())
    return JsonResponse({"ready": ok, "checks": checks}, status=200 if ok else 503)


def _result(check) -> str:
    try:
        return check()
    except Exception as problem:
        return f"failed: {type(problem).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    from .schema import state

    found = state()
    if found.waiting:
        return f"{len(found.waiting)} migrations wait"
    return "newer database" if found.newer else "ok"


def _clock() -> str:
    """The database's clock and this machine's must agree, or time limits would depend on the process that counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database_time = cursor.fetchone()[0]
    apart = abs((database_time - dt.datetime.now(dt.UTC)).total_seconds())
    return "ok" if apart < 5 else f"{apart:.0f} s apart from the database"


def _worker() -> str:
    from yipan.platform.jobs import worker

    seen = worker.last_heartbeat()
    if seen is None:
        return "no worker has reported yet"
    silent = (dt.datetime.now(dt.UTC) - seen).total_seconds()
    return "ok" if silent < WORKER_SILENT_SECONDS else f"silent for {silent:.0f} s"


CHECKS = {"database": _database, "migrations": _migrations, "clock": _clock, "worker": _worker}


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for a bearer of YIPAN_METRICS_TOKEN or for callers on this machine when none is set."""
    token = os.environ.get("YIPAN_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        allowed = hmac.compare_digest(token, given)
    else:
        address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104
        allowed = ipaddress.ip_address(address).is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META
    if not allowed:
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class Measure:
    """Middleware: duration of every request by route name, never by address (addresses carry numbers of cases)."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "unknown"
        REQUESTS.labels(route, response.status_code).observe(time.perf_counter() - started)
        return response
