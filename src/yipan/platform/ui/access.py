"""The right of a route: every view says who may enter, and nothing opens without an answer.

``people`` installs the authorizer at start-up; until then only public views answer. The decorators leave
``declared_right`` on the view, which a test reads for every address of the house.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]
# (request, requirement) -> an answer that ends the request (login page, 403), or None to go on. It also sets
# request.actor or request.principal.
Authorizer = Callable[[HttpRequest, str], HttpResponseBase | None]

PUBLIC, SIGNED_IN, CITIZEN = "@public", "@signed_in", "@citizen"

_authorizer: Authorizer | None = None


def set_authorizer(authorizer: Authorizer) -> None:
    global _authorizer
    _authorizer = authorizer


def authorizer() -> Authorizer | None:
    """For doors that are no views (the JSON interface)."""
    return _authorizer


def require(requirement: str) -> Callable[[View], View]:
    """The decorator behind the others: ``requirement`` is one of the words above or the name of a right."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if requirement != PUBLIC:
                if _authorizer is None:
                    raise PermissionDenied("no authorizer is installed")
                answer = _authorizer(request, requirement)
                if answer is not None:
                    return answer
            return view(request, *args, **kwargs)

        guarded.declared_right = requirement  # type: ignore[attr-defined]
        return guarded

    return decorate


public = require(PUBLIC)
signed_in = require(SIGNED_IN)
citizen = require(CITIZEN)


def needs(right: str) -> Callable[[View], View]:
    """Only holders of ``right`` enter."""
    return require(right)


def staff(view: View) -> View:
    """Anybody who works here; citizens are told that the page is not for them."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "principal", None) is not None:
            raise PermissionDenied("这是工作人员的页面。")
        return view(request, *args, **kwargs)

    return guarded


def face_home(face: str) -> Callable[[View], View]:
    """Staff for whom the face has at least one entry: the home of a face is no right of its own."""

    def decorate(view: View) -> View:
        @staff
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            from . import navigation

            if not navigation.menu(request, face):
                raise PermissionDenied(f"您目前的岗位没有“{navigation.title(face)}”中的工作。")
            return view(request, *args, **kwargs)

        guarded.declared_face = face  # type: ignore[attr-defined]
        return guarded

    return decorate
