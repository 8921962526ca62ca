"""Addresses of the numbers room."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views

app_name = "numbers"
urlpatterns = [
    path("admin/numbers/", needs("numbers.manage")(views.SeriesList.as_view()), name="series"),
    path("admin/numbers/<int:series_id>/", needs("numbers.manage")(views.Register.as_view()), name="register"),
    path("admin/numbers/<int:series_id>/reserve/", views.reserve, name="reserve"),
    path("admin/numbers/<int:series_id>/void/", views.void, name="void"),
]
