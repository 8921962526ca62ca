"""Django application of the room ``files``."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "yipan.platform.files"
    label = "files"
    verbose_name = "附件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.platform.records import verbs

        from . import work

        work.register()
        verbs.declare({"files.erase": "删除附件"}, kinds={"file": "附件"})
