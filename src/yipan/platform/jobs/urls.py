"""Addresses of the jobs room."""

from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [path("jobs/<int:progress_id>/", views.progress, name="progress")]
