"""Django application of the room ``jobs``."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "yipan.platform.jobs"
    label = "jobs"
    verbose_name = "后台任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import stalled

        stalled.register()
