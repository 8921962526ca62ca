"""The home of the window."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from yipan.platform import calendar
from yipan.platform.ui import home as homes
from yipan.platform.ui import render
from yipan.platform.ui.access import needs
from yipan.platform.ui.middleware import device_bridge


def _route(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@device_bridge
@needs("case.receive")
def home(request: HttpRequest) -> HttpResponse:
    """Who stands at the window now, the button that begins, and what the day still asks for."""
    values = {
        "face": "counter",
        "receive_url": _route("cases:receive"),
        "next_url": _route("cases:next_client"),
        "panels": homes.filled(request, "counter"),
        "desk": None,
        "client": None,
    }
    if apps.is_installed("yipan.platform.cases"):
        from yipan.platform.cases.views import common, devices

        from . import queries

        values["desk"] = queries.desk(common.actor_of(request), calendar.now())
        values["client"] = common.client_of(request)
        values["bridge"] = devices.bridge()
    return render(request, "counter/home.html", values)
