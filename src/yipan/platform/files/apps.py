"""Django application of the room ``files``."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "yipan.platform.files"
    label = "files"
    verbose_name = "附件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import work

        work.register()
