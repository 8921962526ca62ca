"""The page of one piece of long work: how far it is, and a button to stop it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from yipan.platform import ui
from yipan.platform.ui import context
from yipan.platform.ui.access import signed_in

from . import queries
from .models import Progress


@signed_in
def progress(request: HttpRequest, progress_id: int) -> HttpResponse:
    """GET shows (htmx asks again every two seconds while it runs), POST asks it to stop."""
    work = queries.of(progress_id, context.account_id(request))
    if work is None:
        raise Http404("没有这项后台任务")
    if request.method == "POST":
        Progress.objects.filter(pk=progress_id, state__in=("queued", "running")).update(stop_asked=True)
        return HttpResponseRedirect(reverse("jobs:progress", args=[progress_id]))
    staff = getattr(request, "actor", None) is not None and getattr(request, "principal", None) is None
    base = "ui/base_staff.html" if staff else "ui/base_public.html"
    return ui.render(request, "jobs/progress.html", {"work": work, "base": base}, block="work")
