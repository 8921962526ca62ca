"""Verification for everybody, without login, and what is needed to check without this platform."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yipan.platform import calendar, documents
from yipan.platform.records import crypto
from yipan.platform.ui import render
from yipan.platform.ui.access import public as open_to_all

from .. import queries, signing, verification

LARGEST = 30 * 1024 * 1024


@csrf_exempt  # changes nothing and reads nothing of a session: a page kept open since yesterday must still answer
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Valid, expired, suspended, revoked, replaced, unknown or tampered: by code, by number and holder, or by file."""
    found, errors = None, {}
    number, holder = request.POST.get("number", "").strip(), request.POST.get("holder", "").strip()
    upload = request.FILES.get("file")
    if request.GET.get("c"):
        found = verification.by_code(request.GET["c"])
    elif request.method == "POST" and upload is not None:
        if (upload.size or 0) > LARGEST:
            errors["file"] = _("文件超过 30 MB，不是本平台出具的证照。")
        else:
            found = verification.by_file(upload)
    elif request.method == "POST":
        if not number:
            errors["number"] = _("请填写证照编号，或者上传证照文件。")
        elif not holder:
            errors["holder"] = _("请填写持证人名称或者统一社会信用代码。")
        else:
            found = verification.by_number(number, holder)
    context = {
        "found": found,
        "errors": errors,
        "number": number,
        "holder": holder,
        "at": calendar.now(),
        "statement": crypto.current().statement,
    }
    return render(request, "licences/verify.html", context, status=422 if errors else 200)


@open_to_all
@require_safe
def key(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The public keys and the format, for offline checks."""
    return JsonResponse(
        {
            "format": 1,
            "algorithm": "SM2 with SM3 (GB/T 32918.2), identifier 1234567812345678, signature DER (r, s)",
            "code": "base64url(summary) + '.' + base64url(signature), no padding; the signature covers the summary",
            "summary": {
                "v": "format", "k": "key id", "s": "serial", "t": "title", "n": "number", "h": "holder",
                "c": "holder's code", "o": "issuer", "d": "issued on", "f": "valid from", "e": "valid to or empty",
            },
            "keys": signing.public_keys(queries.key_ids()),
            "seal": "a sealed PDF carries in /ByteRange and /Contents an SM2 signature (DER) over the text "
            "'yipan-seal-1:' + hex SHA-256 of the covered bytes, by the key in /YipanKey; its /Keywords carry the code",
            "seal_keys": documents.queries.seal_keys(),
            "certified": crypto.current().certified,
            "statement": crypto.current().statement,
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )  # fmt: skip


@open_to_all
@require_safe
def not_valid(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Serials of licences that are not valid any more (suspended, revoked, replaced …), signed, for offline checks."""
    listing = json.dumps(
        {"at": calendar.now().isoformat(), "licences": queries.not_valid()},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    signature = crypto.current().sign(listing.encode())
    return JsonResponse({"list": listing, "key": signature.key_id, "signature": signature.value.hex()})
