"""Addresses of the search room."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views

app_name = "search"
urlpatterns = [
    path("search/", views.results, name="results"),
    path("admin/search/", needs("search.analyse")(views.Searches.as_view()), name="analysis"),
]
