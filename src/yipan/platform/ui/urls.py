"""Addresses of the shell itself."""

from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [
    path("display/", views.change_display, name="display"),
    path("exports/", views.my_exports, name="my_exports"),
    path("exports/approval/", views.exports_to_decide, name="exports"),
    path("exports/<int:export_id>/decide/", views.decide_export, name="decide_export"),
]
