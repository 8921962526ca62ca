"""The home of the workbench."""

from django.http import HttpRequest, HttpResponse

from yipan.platform.ui import home as homes
from yipan.platform.ui import navigation, render
from yipan.platform.ui.access import face_home


@face_home("workbench")
def home(request: HttpRequest) -> HttpResponse:
    values = {
        "face": "workbench",
        "panels": homes.filled(request, "workbench"),
        "groups": navigation.menu(request, "workbench"),
    }
    return render(request, "workbench/home.html", values)
