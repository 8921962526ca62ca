"""Django app of the face."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "yipan.faces.counter"
    label = "counter"
    verbose_name = "综合窗口"

    def ready(self) -> None:
        from yipan.platform.ui import navigation

        navigation.register(
            "counter", "窗口业务", "窗口首页", "counter:home", icon="home", right="case.receive", order=0
        )
