"""Addresses of the search room."""

from django.urls import path

from . import views

app_name = "search"
urlpatterns = [
    path("search/", views.results, name="results"),
    path("admin/search/", views.analysis, name="analysis"),
]
