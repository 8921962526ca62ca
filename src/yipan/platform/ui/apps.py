"""Django app of the room."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yipan.platform.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader

        from . import navigation
        from .listing import approval
        from .site import SiteLoader

        register_loader(SiteLoader())
        navigation.register(
            "workbench", "监督", "导出审批", "ui:exports", icon="download", right=approval.APPROVE,
            badge=approval.count_waiting, order=70,
        )  # fmt: skip
        navigation.register("workbench", "我的工作", "我的导出", "ui:my_exports", icon="download", order=70)
