"""Addresses of the face."""

from django.urls import path

from . import views

app_name = "counter"
urlpatterns = [path("counter/", views.home, name="home")]
