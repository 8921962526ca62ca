"""Addresses of the forms room: what is published, and trying it out."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views

app_name = "forms"
urlpatterns = [
    path("admin/forms/", needs("forms.view")(views.FormList.as_view()), name="list"),
    path("admin/forms/<int:version_id>/", views.trial, name="trial"),
]
