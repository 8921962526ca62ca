"""Who asks: ``request.actor`` and ``request.principal``; signing out after half an hour without a sign of life, and
after twelve hours in any case.

A visitor costs no statement: without the session's account nothing is loaded. Rights are loaded when first asked for
and kept for this request only.
"""

import time
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from yipan.platform.ui import notify

from . import access

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600  # however busy: a stolen session ends with the day
WRITE_EVERY = 60  # a session is one row: it is written at most once a minute
SEEN, BEGUN = "people.seen", "people.begun"


class WhoIsAsking:
    """``actor`` is None for visitors; ``principal`` is None for visitors and staff."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = request.principal = None  # type: ignore[attr-defined]
        with access.remembered_grants():
            if request.session.get(SESSION_KEY) is not None and not self._idle(request):
                identity = access.identify(request)
                if identity is not None:
                    request.actor = identity.actor  # type: ignore[attr-defined]
                    request.principal = identity.principal  # type: ignore[attr-defined]
            return self.get_response(request)

    @staticmethod
    def _idle(request: HttpRequest) -> bool:
        """Sign out whoever was away too long, or has been here too long; otherwise note that he is there."""
        now = int(time.time())
        begun = request.session.get(BEGUN, now)
        if now - begun > LONGEST_SECONDS:
            logout(request)
            notify(request, "您登录已超过 12 小时，为保护数据已自动退出，请重新登录。", tone="orange")
            return True
        seen = request.session.get(SEEN, now)
        if now - seen > IDLE_SECONDS:
            logout(request)
            notify(request, "您已超过 30 分钟没有操作，为保护数据已自动退出，请重新登录。", tone="orange")
            return True
        if SEEN not in request.session or now - seen > WRITE_EVERY:
            request.session[SEEN] = now
            request.session.setdefault(BEGUN, now)
        return False
