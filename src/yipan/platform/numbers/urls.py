"""Addresses of the numbers room."""

from django.urls import path

from . import views

app_name = "numbers"
urlpatterns = [
    path("admin/numbers/", views.series, name="series"),
    path("admin/numbers/<int:series_id>/", views.register, name="register"),
    path("admin/numbers/<int:series_id>/reserve/", views.reserve, name="reserve"),
    path("admin/numbers/<int:series_id>/void/", views.void, name="void"),
]
