"""Addresses of the shell itself."""

from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [
    path("display/", views.change_display, name="display"),
]
