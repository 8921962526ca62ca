"""The JSON interface: every room's operations below /api/v1/, one OpenAPI document, one shape for every refusal."""

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from yipan.platform.ui import errors, intake, interface


class CleanParser(Parser):
    """JSON that can be kept: no NUL, no half characters, no NaN, not larger than an interface needs."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return intake.clean_json(request.body)
        except (errors.BadInput, errors.TooLarge) as problem:
            request.intake_problem = problem  # type: ignore[attr-defined]  # the library keeps only that it failed
            raise


class ChineseJson(JSONRenderer):
    """Chinese as it is, not as escapes of three times the size."""

    json_dumps_params = {"ensure_ascii": False}


class Interface(NinjaAPI):
    """Answers hold what one caller may see at this moment: no cache keeps them."""

    def create_response(self, request: HttpRequest, data: Any, **more: Any) -> HttpResponse:
        response = super().create_response(request, data, **more)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


api = Interface(
    title="一盘棋 Yipan",
    version="1",
    description="区级政府流程再造平台的数据接口。页面用登录会话调用，其他系统用接口密钥（Authorization: Bearer）调用。",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    parser=CleanParser(),
    renderer=ChineseJson(),
)

# What the validator says, for people: its kinds of faults by sentence; {…} are the limits that the field declares.
SENTENCES = {
    "没有填写": "missing",
    "没有这个字段": "extra_forbidden",
    "应当是整数": "int_parsing int_type int_from_float",
    "数字太大": "int_parsing_size",
    "应当是数字": "float_parsing float_type decimal_parsing",
    "应当是 true 或 false": "bool_parsing bool_type",
    "应当是文本": "string_type",
    "至少 {min_length} 个字": "string_too_short",
    "最多 {max_length} 个字": "string_too_long",
    "格式不正确，应当符合 {pattern}": "string_pattern_mismatch",
    "不能小于 {ge}": "greater_than_equal",
    "不能大于 {le}": "less_than_equal",
    "应当是其中之一：{expected}": "literal_error enum",
    "应当是列表": "list_type",
    "应当是对象": "dict_type model_type model_attributes_type",
    "最多 {max_length} 项": "too_long",
    "日期应当写成 2026-03-02": "date_parsing date_from_datetime_parsing date_from_datetime_inexact date_type",
    "时间应当写成 2026-03-02T09:00:00+08:00": "datetime_parsing datetime_type datetime_from_date_parsing",
    "时间应当带时区，例如 2026-03-02T09:00:00+08:00": "timezone_aware",
}
WORDS = {kind: sentence for sentence, kinds in SENTENCES.items() for kind in kinds.split()}


def in_words(fault: Mapping[str, Any]) -> str:
    """One fault of the validator in Chinese; our own validators' sentences are Chinese already."""
    kind, context = str(fault.get("type", "")), fault.get("ctx") or {}
    if kind == "value_error" and "error" in context:
        return str(context["error"])
    try:
        return WORDS[kind].format(**context)
    except KeyError:
        return "填写不正确"


def field_of(fault: Mapping[str, Any]) -> str:
    """``case_id`` or ``defects.0.code``: where the fault is, without the parts only this program knows."""
    source, *place = map(str, fault["loc"])
    if source == "body" and len(place) > 1:
        place = place[1:]
    return ".".join(place) or source


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    faults = {field_of(fault): in_words(fault) for fault in problem.errors}
    text = "请求内容有误：" + "；".join(f"{field} {words}" for field, words in faults.items())
    return errors.for_program(request, 422, text, faults=faults)


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, problem: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    known = "Authorization" in request.headers
    text = "接口密钥不正确、已失效或者已停用。" if known else "请先登录，或者在 Authorization 中带上接口密钥。"
    response = errors.for_program(request, 401, text)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def refused(request: HttpRequest, problem: HttpError) -> HttpResponse:
    found = getattr(request, "intake_problem", None)
    if found is not None:
        return errors.answer(request, found) or errors.for_program(request, 400)
    return errors.for_program(request, problem.status_code, "" if str(problem).isascii() else str(problem))


@api.exception_handler(Http404)
def missing(request: HttpRequest, problem: Http404) -> HttpResponse:  # noqa: ARG001
    """Not there, or not for the caller: the two look the same, and nothing of what was found is told."""
    return errors.for_program(request, 404, "没有找到，或者不在您可以查看的范围内。")


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, problem: PermissionDenied) -> HttpResponse:
    return errors.forbidden(request, problem)


def told(request: HttpRequest, problem: Exception) -> HttpResponse:
    """Refusals that carry their own Chinese sentence."""
    answer = errors.answer(request, problem)
    assert answer is not None
    return answer


def too_large(request: HttpRequest, problem: Exception) -> HttpResponse:
    return errors.bad_request(request, problem)


HANDLERS: list[tuple[Any, tuple[type[Exception], ...]]] = [
    (told, (errors.Conflict, errors.BadInput, errors.TooLarge, errors.Unprocessable, errors.TooManyRequests)),
    (told, (ObjectDoesNotExist,)),
    (too_large, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)),
]
for _handler, _kinds in HANDLERS:
    for _kind in _kinds:
        api.add_exception_handler(_kind, _handler)


def _room_problem(request: HttpRequest, problem: Any) -> HttpResponse:
    status = next(status for kind, status in interface.problems() if isinstance(problem, kind))
    return errors.for_program(request, status, str(problem), code=getattr(problem, "code", ""))


def assemble() -> NinjaAPI:
    """Add the operations of every open room that has some."""
    for room in settings.OPEN_ROOMS:
        if importlib.util.find_spec(f"{room}.api") is not None:
            api.add_router("", importlib.import_module(f"{room}.api").room.router)
    for kind, _status in interface.problems():
        api.add_exception_handler(kind, _room_problem)
    return api
