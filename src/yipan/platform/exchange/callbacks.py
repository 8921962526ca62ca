"""What outside systems report to us by themselves: receipts of short messages."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse

from yipan.platform import records

from .gateway import callback

STATES = {"delivered": "received"}


@callback
def sms(request: HttpRequest) -> HttpResponse:
    """``{"id", "state": "delivered" | "failed", "code"}``. Repeats and late ones change nothing; an id that is not
    known (yet) is a 404, so that the service tells it again."""
    try:
        told = json.loads(request.body)
    except ValueError:
        told = None
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("id"), str)
        or told.get("state") not in ("delivered", "failed")
    ):
        return _answer(422, "fields", "回执须有 id 和 state（delivered 或者 failed）")
    if not records.outbox.known("sms", told["id"]):
        return _answer(404, "unknown", "没有这个编号的短信")
    if told["state"] == "failed":
        moved = records.outbox.undelivered("sms", f"短信平台回执 {told.get('code', '')}".strip(), remote_id=told["id"])
    else:
        moved = records.receipt("sms", STATES[told["state"]], remote_id=told["id"])
    return JsonResponse({"changed": moved})


def _answer(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status, json_dumps_params={"ensure_ascii": False})
