"""Addresses of the face."""

from django.urls import path

from . import views

app_name = "administration"
urlpatterns = [path("admin/", views.home, name="home")]
