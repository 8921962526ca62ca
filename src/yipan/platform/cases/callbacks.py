"""What carriers of results report to us through the gateway: where a parcel is, who signed, that it came back."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse

from yipan.platform import calendar
from yipan.platform.exchange.gateway import callback

from . import carriers
from .actions import tracking
from .domain.delivery import LOCKER, MAIL


def _take(request: HttpRequest, way: str) -> HttpResponse:
    """Repeats and late ones change nothing; a number that is not known (yet) is a 404, so that it is told again."""
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    try:
        number, event = carriers.told(way, body)
        return JsonResponse({"changed": tracking.take(way, number, event, now=calendar.now())})
    except carriers.NotUnderstood as wrong:
        return _answer(422, "fields", str(wrong))
    except tracking.UnknownDispatch:
        return _answer(404, "unknown", "没有这个单号")


def _answer(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status, json_dumps_params={"ensure_ascii": False})


@callback
def ems(request: HttpRequest) -> HttpResponse:
    """``{"number", "event", "state", "at", "place", "receiver", "text"}`` of a parcel."""
    return _take(request, MAIL)


@callback
def locker(request: HttpRequest) -> HttpResponse:
    """The same of a cell: stored, signed (opened with its code), expired."""
    return _take(request, LOCKER)
