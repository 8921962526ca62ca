"""Django app of the face."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "yipan.faces.workbench"
    label = "workbench"
    verbose_name = "审批工作台"

    def ready(self) -> None:
        from . import registrations

        registrations.register()
