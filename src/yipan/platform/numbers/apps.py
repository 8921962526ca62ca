"""Django application of the room ``numbers``."""

from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "yipan.platform.numbers"
    label = "numbers"
    verbose_name = "编号"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights, verbs
        from yipan.platform.ui import navigation

        from .loader import NumbersLoader

        rights.declare("numbers.manage", "预留和作废编号")
        verbs.declare(
            {"numbers.reserve": "预留编号", "numbers.use_reserved": "使用预留编号", "numbers.void": "作废编号"},
            kinds={"number": "编号"},
        )
        register_loader(NumbersLoader(), after=["people"])
        navigation.register(
            "administration",
            "运行",
            "编号登记",
            "numbers:series",
            icon="list-check",
            right="numbers.manage",
            note="文书编号、断号检查、预留与作废",
        )
