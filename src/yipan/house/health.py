"""What machines ask: is the process alive (/healthz), can it serve (/readyz)."""

import datetime as dt
import time
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

WORKER_SILENT_SECONDS = 60
CLOCKS_APART_SECONDS = 5.0
# Migrations are compared file by file: once they agree they are not looked at again for a while.
REMEMBER_SECONDS = 30.0
_migrations_agreed = -REMEMBER_SECONDS


class NotReady(Exception):
    """A component that is not as it should be; the text says how, for operators."""


def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


def ready(_request: HttpRequest) -> JsonResponse:
    """200 when database, migrations, worker and clock agree, else 503; the body names each component and its state."""
    checks = {name: _result(check) for name, check in CHECKS.items()}
    failed = [name for name, result in checks.items() if result != "ok"]
    return JsonResponse(
        {"ready": not failed, "failed": failed, "checks": checks},
        status=503 if failed else 200,
        headers={"Cache-Control": "no-store"},
    )


def _result(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as problem:
        return str(problem)
    except Exception as problem:
        return f"failed: {type(problem).__name__}"  # its text may name hosts and users
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    global _migrations_agreed
    from .schema import state

    if time.monotonic() - _migrations_agreed < REMEMBER_SECONDS:
        return
    found = state()
    if found.waiting:
        raise NotReady(f"{len(found.waiting)} migrations wait: run yipan migrate")
    if found.newer:
        raise NotReady("the database was written by a newer version")
    _migrations_agreed = time.monotonic()


def _clock() -> None:
    """The database's clock and this machine's must agree, or time limits would depend on the process that counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database_time = cursor.fetchone()[0]
    apart = abs((database_time - dt.datetime.now(dt.UTC)).total_seconds())
    if apart >= CLOCKS_APART_SECONDS:
        raise NotReady(f"{apart:.0f} s apart from the database")


def _worker() -> None:
    from yipan.platform.jobs import worker

    seen = worker.last_heartbeat()
    if seen is None:
        raise NotReady("no worker has reported yet")
    silent = (dt.datetime.now(dt.UTC) - seen).total_seconds()
    if silent >= WORKER_SILENT_SECONDS:
        raise NotReady(f"silent for {silent:.0f} s")


CHECKS = {"database": _database, "migrations": _migrations, "clock": _clock, "worker": _worker}
