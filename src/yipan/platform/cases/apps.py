"""The cases room joins the house."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "yipan.platform.cases"
    label = "cases"
    verbose_name = "办件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import registrations

        registrations.register()
