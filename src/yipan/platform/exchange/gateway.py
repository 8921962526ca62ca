"""Calls that come to us through the province's gateway: signature, time, and a nonce that works once.

Nonces lie in an unlogged table: after a crash of the database the window of five minutes is the only guard left.
"""

import time
from collections.abc import Callable
from functools import wraps

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yipan.connectors import base
from yipan.platform import calendar, records
from yipan.platform.ui.access import public

View = Callable[..., HttpResponseBase]


def turned_away(request: HttpRequest) -> str:
    """Why the call is not answered; "" for one that really comes through the gateway, which is then used up."""
    problem = base.inbound_problem(request.headers, now=time.time(), digest=base.sha256)
    if problem:
        return problem
    return "" if _first_time(request.headers["x-tif-nonce"]) else "x-tif-nonce 已经使用过"


def _first_time(nonce: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_nonce (nonce, at) VALUES (%s, clock_timestamp()) ON CONFLICT DO NOTHING",
            [nonce[:200]],
        )
        return cursor.rowcount == 1


def forget_nonces() -> int:
    """Delete nonces that no call in time can bear any more (a periodic job); returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM exchange_nonce WHERE at < clock_timestamp() - make_interval(secs => %s)",
            [2 * base.SKEW_SECONDS],
        )
        return cursor.rowcount


def callback(view: View) -> View:
    """A view that only the gateway may call. What is turned away is an act in the chain of its address."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        problem = turned_away(request)
        if not problem:
            return view(request)
        records.act(
            chain=("callback", request.path),
            verb="exchange.turn_away",
            actor=records.SYSTEM,
            at=calendar.now(),
            subject=("callback", request.path),
            reason=problem,
            payload={
                "address": request.META.get("REMOTE_ADDR", ""),
                "nonce": request.headers.get("x-tif-nonce", "")[:100],
            },
        )
        return JsonResponse(
            {"code": "signature", "message": problem}, status=401, json_dumps_params={"ensure_ascii": False}
        )

    return csrf_exempt(public(require_POST(answer)))  # no session: the signature is the proof
