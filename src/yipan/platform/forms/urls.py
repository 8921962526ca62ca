"""Addresses of the forms room: what is published, and trying it out."""

from django.urls import path

from . import views

app_name = "forms"
urlpatterns = [
    path("admin/forms/", views.published, name="list"),
    path("admin/forms/<int:version_id>/", views.trial, name="trial"),
]
