"""Django application of the room ``forms``."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "yipan.platform.forms"
    label = "forms"
    verbose_name = "表单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import verbs

        from .loader import FormLoader

        # Code tables are read while a form is checked, so they come first.
        register_loader(FormLoader(), after=["codes"])
        verbs.declare({"forms.contest": "对预填信息提出异议"}, kinds={"form": "表单"})
