"""Rate limits per account, application and address: one statement a counted request, shared by all web processes.

Counters live in an unlogged table in windows of one minute. Pages that only read are not counted, except those that
answer questions about numbers (verification, progress by number), because numbers can be guessed. Every call of the
JSON interface is counted: by account, by application (``keys``), by address for visitors. Signed-in people are never
counted by address: a whole building of officials comes from one.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from prometheus_client import Counter

from yipan.platform.ui import errors

WINDOW_SECONDS = 60
REFUSED = Counter("yipan_refused_total", "Requests refused by rate limits", ["rule"])


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``per_minute`` requests whose method and path match; ``by`` says who is counted together: ``account``,
    ``visitor`` (address of somebody who is not signed in) or ``address`` (everybody there)."""

    name: str
    path: re.Pattern[str]
    methods: frozenset[str]
    by: str
    per_minute: int


WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ALL = WRITES | {"GET", "HEAD"}
RULES = (
    Rule("login", re.compile(r"^/login/"), WRITES, "address", 60),
    Rule("lookup", re.compile(r"^/(verify|progress|api/v1/(progress|licences/verify))\b"), ALL, "address", 60),
    Rule("interface", re.compile(r"^/api/"), ALL, "visitor", 300),
    Rule("interface_account", re.compile(r"^/api/"), ALL, "account", 600),
    Rule("account", re.compile(r"^/(?!api/|static/)"), WRITES, "account", 240),
    Rule("visitor", re.compile(r"^/(?!api/|static/)"), WRITES, "visitor", 300),
)

_COUNT = """
INSERT INTO exchange_rate AS r (key, slot, count) SELECT key, %s, 1 FROM unnest(%s::text[]) AS key
ON CONFLICT (key, slot) DO UPDATE SET count = r.count + 1 RETURNING key, count
"""


def count(keys: Iterable[str], *, now: float | None = None) -> Mapping[str, int]:
    """Count one request under each key; how many there were in this window."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, [slot(now), sorted(set(keys))]
        )  # sorted: two requests never wait for each other crosswise
        return dict(cursor.fetchall())


def slot(now: float | None = None) -> int:
    return int((time.time() if now is None else now) // WINDOW_SECONDS)


def forget_old(*, now: float | None = None) -> int:
    """Delete the counters of past windows (a periodic job); returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM exchange_rate WHERE slot < %s", [slot(now) - 1])
        return cursor.rowcount


def seconds_left() -> int:
    return WINDOW_SECONDS - int(time.time() % WINDOW_SECONDS)


def too_many(rule: str) -> errors.TooManyRequests:
    """The refusal (429 with Retry-After), counted for the metrics."""
    REFUSED.labels(rule).inc()
    wait = seconds_left()
    return errors.TooManyRequests(_("操作过于频繁，请 {seconds} 秒后再试。").format(seconds=wait), retry_after=wait)


def allowed(rule: Rule) -> int:
    """The limit of a rule; an installation may set its own (YIPAN_LIMITS="login=120 lookup=30")."""
    return settings.YIPAN_LIMITS.get(rule.name, rule.per_minute)


class RateLimits:
    """Middleware; stands after authentication, because it counts by account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wanted = {
            f"{rule.name}:{who}": rule
            for rule in RULES
            if request.method in rule.methods and rule.path.match(request.path) and (who := _who(request, rule.by))
        }
        if wanted:
            counted = count(wanted)
            over = next((rule for key, rule in wanted.items() if counted[key] > allowed(rule)), None)
            if over is not None:
                answer = errors.answer(request, too_many(over.name))
                assert answer is not None
                return answer
        return self.get_response(request)


def _who(request: HttpRequest, by: str) -> str:
    user = getattr(request, "user", None)
    account = str(user.pk) if user is not None and user.is_authenticated else ""
    if by == "account":
        return account
    if by == "visitor" and (account or "Authorization" in request.headers):
        return ""
    return request.META.get("REMOTE_ADDR") or "?"
