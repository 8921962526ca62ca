"""What no view should have to think of: bodies that are too large, characters no table can keep, numbers no key can be.

PostgreSQL keeps neither NUL nor half of a surrogate pair, and its keys end at 2⁶³; each would come back as an error of
the database from deep inside a view. Programs' JSON is checked by ``clean_json`` (see ``interface``).
"""

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from . import errors

LARGEST_KEY = 2**63 - 1
# A page's uploads come with the fields of its form around them.
AROUND_AN_UPLOAD = 1024 * 1024
JSON_LIMIT = 1024 * 1024
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
BAD_CHARACTER = "内容里有无法保存的字符（空字符或不完整的字符），请删除后重新提交。"


class CleanIntake:
    """Middleware; stands inside the policy and the request id, so that its refusals have both."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = settings.YIPAN_UPLOAD_LIMIT + AROUND_AN_UPLOAD
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return errors.page(request, 400)
        if int(length) > limit:
            return errors.page(request, 413, f"一次最多提交 {limit // 1024 // 1024} MB，请减少或压缩附件后再试。")
        if not _clean(request.path) or not all(map(_clean, _texts(request.GET))):
            return errors.page(request, 400, BAD_CHARACTER)
        response = self.get_response(request)
        if response.status_code == 405:
            explained = errors.page(request, 405)
            explained["Allow"] = response.headers.get("Allow", "GET")
            return explained
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: dict[str, Any]) -> Any:
        if any(isinstance(value, int) and not 0 <= value <= LARGEST_KEY for value in kwargs.values()):
            raise Http404
        if request.method == "POST" and not all(map(_clean, _texts(request.POST))):
            return errors.page(request, 400, BAD_CHARACTER)
        return None


def whole(text: str | None) -> int | None:
    """A row's id or an amount from a form or an address; None for anything that is no whole number a key could be."""
    if not text or len(text) > 18 or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)


def clean_json(body: bytes) -> Any:
    """The value of a JSON text. Raises BadInput or TooLarge (Chinese)."""
    if len(body) > JSON_LIMIT:
        raise errors.TooLarge(f"请求体最大 {JSON_LIMIT // 1024} KB。")
    try:
        value = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise errors.BadInput("请求体不是有效的 JSON（UTF-8）。") from problem
    if not all(map(_clean, _strings(value))):
        raise errors.BadInput(BAD_CHARACTER)
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _clean(text: str) -> bool:
    return _UNKEEPABLE.search(text) is None


def _texts(given: Any) -> list[str]:
    return [text for name, values in given.lists() for text in (name, *values)]


def _strings(value: Any) -> list[str]:
    """Every text in a JSON value, names included."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            found += one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found
