"""In demo databases only: the sandbox's pages below the platform's own port, so that one port is enough: the login
pages of the identity service, and the pages that show what each system received and set its faults.
"""

import httpx
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

PREFIX = "/sandbox"
PASSED_ON = ("content-type", "location", "cache-control")


@csrf_exempt
def forward(request: HttpRequest, path: str) -> HttpResponse:
    """Pass a request on and its answer back; cookies are kept below the prefix."""
    from yipan.platform import records

    if records.installation().kind == "production":
        raise Http404
    headers = {
        "X-Forwarded-Prefix": PREFIX,
        "X-Forwarded-Host": request.get_host(),
        "X-Forwarded-Proto": request.scheme or "http",
        "Cookie": request.headers.get("Cookie", ""),
        "Content-Type": request.headers.get("Content-Type", ""),
        "Accept": request.headers.get("Accept", "*/*"),
    }
    address = f"{settings.SANDBOX_URL}/{path}"
    try:
        answer = httpx.request(
            request.method or "GET",
            address,
            params=request.META.get("QUERY_STRING", ""),
            content=request.body,
            headers=headers,
            timeout=10,
            follow_redirects=False,
        )
    except httpx.HTTPError:
        return HttpResponse(
            "演示环境的统一身份认证没有应答，请稍后再试。".encode(),
            status=502,
            content_type="text/plain; charset=utf-8",
        )
    response = HttpResponse(answer.content, status=answer.status_code)
    for name in PASSED_ON:
        if name in answer.headers:
            response[name] = answer.headers[name]
    for cookie in answer.cookies.jar:
        response.set_cookie(cookie.name, cookie.value or "", path=f"{PREFIX}/", httponly=True, samesite="Lax")
    return response
