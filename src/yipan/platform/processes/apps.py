"""Django application of the room ``processes``."""

from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    name = "yipan.platform.processes"
    label = "processes"
    verbose_name = "流程"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import registrations

        registrations.register()
