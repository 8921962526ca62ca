"""Django application of the room ``forms``."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "yipan.platform.forms"
    label = "forms"
    verbose_name = "表单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights, verbs
        from yipan.platform.ui import navigation

        from .loader import FormLoader

        # Code tables are read while a form is checked, so they come first.
        register_loader(FormLoader(), after=["codes"])
        rights.declare("forms.view", "查看和试填表单")
        navigation.register(
            "administration", "事项与流程", "表单", "forms:list", icon="forms", right="forms.view", order=40
        )
        verbs.declare({"forms.contest": "对预填信息提出异议"}, kinds={"form": "表单"})
