"""The home of the administration: tiles of what this person may manage, and the health of the installation."""

from django.http import HttpRequest, HttpResponse

from yipan.platform import calendar
from yipan.platform.ui import home as homes
from yipan.platform.ui import navigation, render
from yipan.platform.ui.access import face_home

from . import health


@face_home("administration")
def home(request: HttpRequest) -> HttpResponse:
    values = {
        "face": "administration",
        "groups": navigation.menu(request, "administration"),
        "checks": health.checks(calendar.real_now(), calendar.today()),
        "panels": homes.filled(request, "administration"),
    }
    return render(request, "administration/home.html", values)
