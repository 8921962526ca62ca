"""The people room joins the house: it answers who may what."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yipan.platform.people"
    label = "people"
    verbose_name = "机构与人员"

    def ready(self) -> None:
        from . import registrations

        registrations.register()
