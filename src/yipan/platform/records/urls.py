"""Addresses of the records room."""

from django.urls import path

from . import views

app_name = "records"
urlpatterns = [
    path("admin/records/", views.acts, name="acts"),
    path("admin/records/acts/<int:act_id>/", views.act, name="act"),
    path("admin/records/acts/<int:act_id>/erase/", views.erase, name="erase"),
    path("admin/records/accesses/", views.accesses, name="accesses"),
    path("admin/records/integrity/", views.integrity, name="integrity"),
    path("admin/records/dead-letters/", views.dead_letters, name="dead_letters"),
    path("admin/records/dead-letters/resend/", views.resend_letters, name="resend"),
]
