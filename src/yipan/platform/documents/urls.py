"""Addresses of the documents room: templates and the seal queue. Papers are served by the rooms they belong to."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("admin/templates/", views.templates, name="templates"),
    path("admin/templates/sample/", views.sample, name="sample"),
    path("admin/seals/", views.queue, name="queue"),
    path("admin/seals/<int:document_id>/retry/", views.retry, name="retry"),
]
