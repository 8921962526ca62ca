"""Addresses of the calendar room."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views

app_name = "calendar"
urlpatterns = [
    path("admin/calendar/", needs("calendar.manage")(views.YearList.as_view()), name="years"),
    path("admin/calendar/import/", views.import_file, name="import"),
    path("admin/calendar/<int:year>/", views.year, name="year"),
]
