"""Django application of the room ``records``."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "yipan.platform.records"
    label = "records"
    verbose_name = "记录"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import work

        work.register()
