"""The shell's own request: how pages are displayed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import display
from .access import public


def _back(request: HttpRequest) -> str:
    """The page the form stood on; never an address of another host."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/"


@require_POST
@public
def change_display(request: HttpRequest) -> HttpResponse:
    """Remember large type or high contrast and go back to the page; works without script."""
    changed = display.of(request).with_change(
        size=request.POST.get("size", ""), contrast=request.POST.get("contrast", "")
    )
    response = HttpResponseRedirect(_back(request))
    display.remember(response, changed)
    return response
