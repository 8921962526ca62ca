"""Rate limits per account, application and address: one statement a counted request, shared by all web processes.

Counters live in an unlogged table in windows of one minute. Pages that only read are not counted, except those that
answer questions about numbers (verification, progress by number), because numbers can be guessed.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``per_minute`` requests whose method and path match; ``by`` says what is counted."""

    name: str
    path: re.Pattern[str]
    methods: frozenset[str]
    by: str  # "address", "account"
    per_minute: int


WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ALL = WRITES | {"GET"}
RULES = [
    Rule("login", re.compile(r"^/login/"), WRITES, "address", 20),
    Rule("lookup", re.compile(r"^/(verify|progress)/"), ALL, "address", 60),
    Rule("account", re.compile(r"^/(?!static/)"), WRITES, "account", 240),
    Rule("address", re.compile(r"^/(?!static/)"), WRITES, "address", 600),
]


def count(key: str, *, slot: int) -> int:
    """Count one request and return how many there were in this window."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_rate (key, slot, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (key, slot) DO UPDATE SET count = exchange_rate.count + 1 RETURNING count",
            [key, slot],
        )
        return cursor.fetchone()[0]


def forget_old(*, now: float | None = None) -> int:
    """Delete the counters of past windows (a periodic job); returns how many."""
    slot = int((time.time() if now is None else now) // WINDOW_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM exchange_rate WHERE slot < %s", [slot - 1])
        return cursor.rowcount


def seconds_left() -> int:
    return WINDOW_SECONDS - int(time.time() % WINDOW_SECONDS)


def too_many(request: HttpRequest) -> HttpResponse:
    """429 with Retry-After, as JSON for programs and as a short page for people."""
    wait = seconds_left()
    text = _("操作过于频繁，请 {seconds} 秒后再试。").format(seconds=wait)
    if request.headers.get("Accept", "").startswith("application/json") or request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"code": "too_many_requests", "message": text}, status=429)
    else:
        response = HttpResponse(text.encode(), status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(wait)
    return response


class RateLimits:
    """Middleware; stands after authentication, because it counts by account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        slot = int(time.time() // WINDOW_SECONDS)
        for rule in RULES:
            if request.method not in rule.methods or not rule.path.match(request.path):
                continue
            who = self._who(request, rule.by)
            if who and count(f"{rule.name}:{who}", slot=slot) > rule.per_minute:
                return too_many(request)
        return self.get_response(request)

    @staticmethod
    def _who(request: HttpRequest, by: str) -> str:
        if by == "account":
            user = getattr(request, "user", None)
            return str(user.pk) if user is not None and user.is_authenticated else ""
        return request.META.get("REMOTE_ADDR") or "?"
