"""Django application of the room ``people``."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yipan.platform.people"
    label = "people"
    verbose_name = "机构与人员"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import registrations

        registrations.register()
