"""Addresses of licences: ``/verify`` for everybody, ``/my/licences`` for holders, ``/licences`` for staff."""

from django.urls import path

from yipan.platform.ui.access import needs

from .views import mine, public, staff

app_name = "licences"
urlpatterns = [
    path("verify/", public.verify, name="verify"),
    path("verify/key.json", public.key, name="key"),
    path("verify/not-valid.json", public.not_valid, name="not_valid"),
    path("my/licences/", mine.mine, name="mine"),
    path("my/licences/<int:licence_id>/", mine.one, name="mine_one"),
    path("my/licences/<int:licence_id>/file/", mine.file, name="mine_file"),
    path("my/licences/<int:licence_id>/decisions/<int:document_id>/", mine.decision, name="mine_decision"),
    path("licences/", needs("licence.read")(staff.Register.as_view()), name="list"),
    path("licences/<int:licence_id>/", staff.one, name="one"),
    path("licences/<int:licence_id>/file/", staff.file, name="file"),
    path("licences/<int:licence_id>/decisions/<int:document_id>/", staff.decision, name="decision"),
    path("licences/<int:licence_id>/change/", staff.change, name="change"),
]
