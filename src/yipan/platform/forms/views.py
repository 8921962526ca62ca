"""Administration: the published forms, each to be tried out as an applicant sees it. Nothing typed here is kept."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.platform import calendar, ui
from yipan.platform.ui.access import needs

from . import queries
from .models import FormVersion

FACE = {"face": "administration"}


@needs("forms.view")
@require_GET
def published(request: HttpRequest) -> HttpResponse:
    return ui.render(request, "forms/list.html", FACE | {"rows": queries.published()})


@needs("forms.view")
@require_http_methods(["GET", "POST"])
def trial(request: HttpRequest, version_id: int) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    try:
        version, screen = queries.trial(version_id, posted, now=calendar.now())
    except FormVersion.DoesNotExist as missing:
        raise Http404(_("没有这个表单版本")) from missing
    passed = request.POST.get("do") == "next" and not screen.errors
    values = {"version": version, "screen": screen, "passed": passed}
    return ui.render(request, "forms/trial.html", FACE | values, status=422 if screen.errors else 200)
