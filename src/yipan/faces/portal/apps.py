"""Django app of the face: menus, panels, and the loader of its content."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "yipan.faces.portal"
    label = "portal"
    verbose_name = "政务服务门户"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader

        from . import registrations
        from .content import PortalLoader

        register_loader(PortalLoader())
        registrations.register()
