"""Addresses of content packs."""

from django.urls import path

from . import views

app_name = "publishing"
urlpatterns = [
    path("admin/packs/", views.packs, name="packs"),
    path("admin/packs/<slug:key>/", views.pack, name="pack"),
]
