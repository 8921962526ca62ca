"""The JSON interface: every room's Ninja router below /api/v1/, one OpenAPI document, one answer for errors."""

import importlib
import importlib.util

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

api = NinjaAPI(title="一盘棋 Yipan", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")


@api.exception_handler(HttpError)
def refused(request: HttpRequest, problem: HttpError) -> HttpResponse:
    return api.create_response(request, {"code": "refused", "message": str(problem)}, status=problem.status_code)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    faults = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in problem.errors]
    return api.create_response(request, {"code": "invalid", "message": "请求内容有误", "faults": faults}, status=422)


def assemble() -> NinjaAPI:
    """Add the router of every open room that has one."""
    for room in settings.OPEN_ROOMS:
        if importlib.util.find_spec(f"{room}.api") is not None:
            api.add_router("", importlib.import_module(f"{room}.api").router)
    return api
