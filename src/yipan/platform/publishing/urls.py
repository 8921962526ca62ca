"""Addresses of content packs."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views

app_name = "publishing"
urlpatterns = [
    path("admin/packs/", needs("pack.manage")(views.PackList.as_view()), name="packs"),
    path("admin/packs/<slug:key>/", views.pack, name="pack"),
]
