"""Django application of the room ``search``."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "yipan.platform.search"
    label = "search"
    verbose_name = "搜索"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights
        from yipan.platform.ui import navigation

        from .loader import SynonymLoader

        register_loader(SynonymLoader())
        rights.declare("search.analyse", "查看搜索分析")
        navigation.register(
            "administration", "内容", "搜索分析", "search:analysis", icon="search", right="search.analyse", order=60
        )
