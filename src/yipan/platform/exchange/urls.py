"""Addresses of the room: keys of other systems, for the security administrator."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import callbacks, views
from .actions.issue import RIGHT

app_name = "exchange"
urlpatterns = [
    path("callbacks/sms/", callbacks.sms, name="sms_callback"),
    path("admin/api-keys/", needs(RIGHT)(views.KeyList.as_view()), name="keys"),
    path("admin/api-keys/new/", views.key_new, name="key_new"),
    path("admin/api-keys/<int:key_id>/", views.key, name="key"),
    path("admin/api-keys/<int:key_id>/revoke/", views.key_revoke, name="key_revoke"),
]
