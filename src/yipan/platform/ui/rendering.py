"""Answer with a Jinja2 page, or with one block of it when htmx asks for a part."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.cache import patch_vary_headers

from .context import Page


def is_part(request: HttpRequest) -> bool:
    """Whether the browser asks for a part of a page (htmx), not for a page or a step back in its history."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def to_text(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str = "",
    bare: bool = False,
) -> str:
    """The page as text. ``context["face"]`` chooses the side menu; ``block`` renders only that block."""
    values = dict(context or {})
    values.setdefault("page", Page(request, face=values.get("face", ""), bare=bare))
    page = engines["jinja2"].get_template(template)
    if not block:
        return page.render(values, request)
    compiled = page.template  # type: ignore[attr-defined]
    values.update(_request_values(request))
    inner = compiled.new_context(values)
    return "".join(compiled.blocks[block](inner))


def _request_values(request: HttpRequest) -> dict[str, Any]:
    """What Django's Jinja2 backend adds to a whole page."""
    from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy

    return {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str = "",
    status: int = 200,
) -> HttpResponse:
    """The answer to a request: the page, or only ``block`` when htmx asked. Personal pages are never kept by caches."""
    part = block if block and is_part(request) else ""
    response = HttpResponse(to_text(request, template, context, block=part), status=status)
    if block:
        patch_vary_headers(response, ("HX-Request",))
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
