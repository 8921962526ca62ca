"""Addresses of the calendar room."""

from django.urls import path

from . import views

app_name = "calendar"
urlpatterns = [
    path("admin/calendar/", views.years, name="years"),
    path("admin/calendar/import/", views.import_file, name="import"),
    path("admin/calendar/<int:year>/", views.year, name="year"),
]
