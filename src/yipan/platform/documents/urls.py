"""Addresses of the documents room: templates and the seal queue. Papers are served by the rooms they belong to."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views
from .listing import SealQueue, TemplateList

app_name = "documents"
urlpatterns = [
    path("admin/templates/", needs("document.manage")(TemplateList.as_view()), name="templates"),
    path("admin/templates/sample/", views.sample, name="sample"),
    path("admin/seals/", needs("document.manage")(SealQueue.as_view()), name="queue"),
]
