"""Request id, Content-Security-Policy, the caller's address, and answers to the refusals that any view may raise.

The policy allows our own files only: no inline script or style, no other host. Pages of the counter may also talk to
the device bridge on the clerk's own machine (card reader, printer, high-speed camera).
"""

import contextlib
import ipaddress
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from . import memo

Answer = Callable[[HttpRequest], HttpResponseBase]

_request_id: ContextVar[str] = ContextVar("yipan_request_id", default="")
_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")


def current_request_id() -> str:
    """Id of the request this thread is answering; empty outside a request."""
    return _request_id.get()


class RequestId:
    """Give every request an id (or keep the proxy's), for logs, error pages and the records of acts."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        name = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
        request.request_id = name  # type: ignore[attr-defined]
        token, remembered = _request_id.set(name), memo.begin()
        try:
            response = self.get_response(request)
        finally:
            memo.end(remembered)
            _request_id.reset(token)
        response["X-Request-ID"] = name
        return response


POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}


def policy(*, device_bridge: bool = False) -> str:
    """The header's text."""
    parts = {name: list(sources) for name, sources in POLICY.items()}
    if device_bridge and settings.YIPAN_DEVICE_BRIDGE:
        parts["connect-src"].append(settings.YIPAN_DEVICE_BRIDGE)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts.items())


def device_bridge(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let the pages of this view reach the device bridge; for counter pages only."""

    @wraps(view)
    def with_bridge(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.uses_device_bridge = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return with_bridge


class ContentSecurityPolicy:
    """Set the policy on every answer, and turn the refusals of ``ui.errors`` into their pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Downloads bring a stricter policy of their own; a page never does.
        is_page = response.headers.get("Content-Type", "text/html").startswith(("text/html", "application/xhtml"))
        if is_page or "Content-Security-Policy" not in response.headers:
            response["Content-Security-Policy"] = policy(device_bridge=getattr(request, "uses_device_bridge", False))
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=(), usb=()")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        from . import errors

        return errors.answer(request, exception)


class CallersAddress:
    """Behind a proxy the caller is who the proxy says: the last entry of X-Forwarded-For, which no client can forge.

    Without a proxy the header is anybody's invention and is not believed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.USE_X_FORWARDED_HOST:
            last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            with contextlib.suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(last))
        return self.get_response(request)
