"""What a person reads when a request is refused or fails: what happened, what to do, and the request id.

Programs (``/api/`` or ``Accept: application/json``) get the same as JSON, always in one shape:
``{"code", "message", "faults": [{"field", "message"}], "request_id"}``.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse

from . import rendering

logger = logging.getLogger(__name__)


class Conflict(Exception):
    """Somebody else was first, or the state no longer allows this; the message is shown as it stands (Chinese)."""


class TooManyRequests(Exception):
    """Too many tries; ``retry_after`` in seconds."""

    def __init__(self, message: str = "操作过于频繁，请稍后再试。", retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadInput(Exception):
    """The request itself is wrong (a forged or outdated address); the message says what and how to go on."""


class TooLarge(Exception):
    """More was sent than may be taken in; the message says how much is allowed."""


class Unprocessable(Exception):
    """What was filled in breaks a rule and the view has no form to show it at; the message says which and why.

    ``faults`` says the same field by field, for programs."""

    def __init__(self, message: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.faults = dict(faults or {})


@dataclass(frozen=True)
class Explanation:
    title: str
    what: str
    remedies: tuple[str, ...]


CODES = {
    400: "bad_request", 401: "sign_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 422: "invalid", 429: "too_many_requests", 500: "server_error",
}  # fmt: skip
EXPLANATIONS = {
    400: Explanation(
        "请求有误",
        "系统没有看懂这次提交的内容，没有保存任何数据。",
        ("返回上一页检查填写的内容后再试。", "如果是从收藏夹或旧链接打开的，请从首页重新进入。"),
    ),
    401: Explanation("请先登录", "这项内容登录后才能使用。", ("请登录后再试。",)),
    403: Explanation(
        "没有权限",
        "您的账号目前不能进行这项操作，系统没有做任何改动。",
        ("如果您有多个岗位，请先在右上角切换到办理这项工作的岗位。", "确需办理的，请联系本单位管理员授权。"),
    ),
    404: Explanation(
        "没有找到这个页面",
        "地址可能有误，内容可能已经移走，或者不在您可以查看的范围内。",
        ("检查地址是否完整。", "从首页或使用搜索重新查找。"),
    ),
    405: Explanation(
        "不支持这种操作",
        "这个地址不接受这种方式的请求，没有保存任何数据。",
        ("从首页重新进入，按页面上的按钮操作。",),
    ),
    409: Explanation(
        "内容已经变化",
        "在您操作的同时，这条记录已经被处理过，本次操作没有执行。",
        ("返回并刷新页面，查看最新状态后再决定如何办理。",),
    ),
    413: Explanation(
        "提交的内容太大",
        "文件或表格超过了系统一次能接收的大小，没有保存任何数据。",
        ("把图片压缩，或者把文件拆成几个后分别上传。", "确需提交大文件的，请到综合窗口办理。"),
    ),
    422: Explanation(
        "填写的内容需要修改",
        "有的内容不符合要求，没有保存任何数据。",
        ("返回上一页，按红色提示修改后再提交。",),
    ),
    429: Explanation("操作过于频繁", "为保护系统，短时间内的重复操作被暂时限制。", ("请稍等片刻再试。",)),
    500: Explanation(
        "系统出错了",
        "处理您的请求时发生了意外错误，没有完成的操作已经撤销，错误已经记录。",
        ("请稍后再试一次。", "如果仍然出错，请把下面的请求编号告诉技术支持人员。"),
    ),
}


def wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accepted and "text/html" not in accepted)


def for_program(
    request: HttpRequest, status: int, message: str = "", *, code: str = "", faults: Mapping[str, str] | None = None
) -> HttpResponse:
    """The one JSON shape of a refusal; ``faults`` maps a field to what is wrong with it."""
    body = {
        "code": code or CODES[status],
        "message": message or EXPLANATIONS[status].what,
        "faults": [{"field": field, "message": text} for field, text in (faults or {}).items()],
        "request_id": getattr(request, "request_id", ""),
    }
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


def page(
    request: HttpRequest, status: int, message: str = "", *, code: str = "", faults: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page (or JSON) of a status; ``message`` replaces the general sentence about what happened."""
    explanation = EXPLANATIONS[status]
    if wants_json(request):
        return for_program(request, status, message, code=code, faults=faults)
    values = {"status": status, "explanation": explanation, "message": message}
    # The page asks no other room and no database: it must also work when they are what failed.
    response = HttpResponse(rendering.to_text(request, "ui/error.html", values, bare=True), status=status)
    response["Cache-Control"] = "no-store"
    return response


def answer(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The answer to a refusal raised by a view, or None for what Django handles itself."""
    if isinstance(exception, Conflict):
        return page(request, 409, str(exception), code=getattr(exception, "code", ""))
    if isinstance(exception, BadInput):
        return page(request, 400, str(exception))
    if isinstance(exception, TooLarge):
        return page(request, 413, str(exception))
    if isinstance(exception, Unprocessable):
        return page(request, 422, str(exception), faults=exception.faults)
    if isinstance(exception, TooManyRequests):
        response = page(request, 429, str(exception))
        response["Retry-After"] = str(exception.retry_after)
        return response
    if isinstance(exception, ObjectDoesNotExist):
        # A row that the address or the form names, and that is not there; logged, in case it is our own mistake.
        logger.warning("a request named a row that is not there", exc_info=exception)
        return page(request, 404)
    return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 413 if isinstance(exception, RequestDataTooBig | TooManyFilesSent) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A refusal with its reason, when the reason is written for people (Chinese)."""
    message = str(exception) if isinstance(exception, PermissionDenied) else ""
    return page(request, 403, message if not message.isascii() else "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form was opened too long ago or in another session."""
    return page(request, 403, "这个页面打开得太久，或者您已经在别处重新登录。请返回、刷新页面后再提交。")
