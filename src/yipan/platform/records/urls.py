"""Addresses of the records room."""

from django.urls import path

from yipan.platform.ui.access import needs

from . import views
from .listing import AccessList, ActList, DeadLetterList
from .work import AUDIT_READ, DEADLETTER_RESEND

app_name = "records"
urlpatterns = [
    path("admin/records/", needs(AUDIT_READ)(ActList.as_view()), name="acts"),
    path("admin/records/acts/<int:act_id>/", views.act, name="act"),
    path("admin/records/acts/<int:act_id>/erase/", views.erase, name="erase"),
    path("admin/records/accesses/", needs(AUDIT_READ)(AccessList.as_view()), name="accesses"),
    path("admin/records/integrity/", views.integrity, name="integrity"),
    path("admin/records/dead-letters/", needs(DEADLETTER_RESEND)(DeadLetterList.as_view()), name="dead_letters"),
]
