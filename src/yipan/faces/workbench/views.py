"""The home of the workbench."""

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from yipan.platform.ui import home as homes
from yipan.platform.ui import navigation, render
from yipan.platform.ui.access import face_home


def _route(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@face_home("workbench")
def home(request: HttpRequest) -> HttpResponse:
    values = {
        "face": "workbench",
        "todo_url": _route("processes:todo"),
        "panels": homes.filled(request, "workbench"),
        "groups": navigation.menu(request, "workbench"),
    }
    return render(request, "workbench/home.html", values)
