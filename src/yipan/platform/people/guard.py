"""Lock-out after failed tries, per login and per address, in a table of its own and in real time."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from .domain import LOCK_FOR, MAX_FAILURES, MAX_FAILURES_OF_ADDRESS
from .models import SignInGuard


def _keys(login: str, ip: str) -> list[str]:
    return [f"login:{login[:60]}", f"address:{ip[:60]}"]


def locked_minutes(login: str, ip: str) -> int:
    """Minutes until this login from this address may be tried again; 0 when it may now (one statement)."""
    now = timezone.now()
    rows = SignInGuard.objects.filter(key__in=_keys(login, ip), locked_until__gt=now)
    until: datetime | None = rows.aggregate(until=Max("locked_until"))["until"]
    return 0 if until is None else int((until - now).total_seconds() // 60) + 1


# Failures are forgotten when the last window is over; reaching the limit locks and counts anew.
_FAILED = """
INSERT INTO people_signinguard AS g (key, failures, since) SELECT key, 1, %(now)s FROM unnest(%(keys)s::text[]) AS key
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN g.since < %(since)s THEN 1 ELSE g.failures + 1 END,
    since = CASE WHEN g.since < %(since)s THEN %(now)s ELSE g.since END
RETURNING key, failures
"""


def failed(login: str, ip: str) -> bool:
    """Count a failed try; False when it was the one that locks."""
    now = timezone.now()
    keys = _keys(login, ip)
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"keys": sorted(keys), "now": now, "since": now - LOCK_FOR}
        cursor.execute(_FAILED, params)
        counted = dict(cursor.fetchall())
    limits = dict(zip(keys, (MAX_FAILURES, MAX_FAILURES_OF_ADDRESS), strict=True))
    over = [key for key in keys if counted[key] >= limits[key]]
    if over:
        SignInGuard.objects.filter(key__in=over).update(failures=0, locked_until=now + LOCK_FOR)
    return not over


def succeeded(login: str) -> None:
    SignInGuard.objects.filter(key=_keys(login, "")[0]).delete()


def locked_logins(logins: list[str]) -> set[str]:
    """Which of these logins are locked now, for the screens of administrators."""
    keys = [f"login:{login[:60]}" for login in logins]
    rows = SignInGuard.objects.filter(key__in=keys, locked_until__gt=timezone.now()).values_list("key", flat=True)
    return {key.removeprefix("login:") for key in rows}
