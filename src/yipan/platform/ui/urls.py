"""Addresses of the shell itself."""

from django.urls import path

from . import views
from .access import needs, staff
from .exports import ExportsToDecide, MyExports
from .listing import APPROVE

app_name = "ui"
urlpatterns = [
    path("display/", views.change_display, name="display"),
    path("exports/", staff(MyExports.as_view()), name="my_exports"),
    path("exports/approval/", needs(APPROVE)(ExportsToDecide.as_view()), name="exports"),
]
