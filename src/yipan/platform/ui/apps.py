"""Django app of the room."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yipan.platform.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader

        from .site import SiteLoader

        register_loader(SiteLoader())
