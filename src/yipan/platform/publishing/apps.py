"""The publishing room joins the house."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "yipan.platform.publishing"
    label = "publishing"
    verbose_name = "内容发布"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.platform import records
        from yipan.platform.ui import navigation

        records.rights.declare("pack.manage", "查看和发布内容包")
        records.verbs.declare({"pack.install": "安装内容包"}, kinds={"pack": "内容包"})
        navigation.register(
            "administration",
            "内容",
            "内容包",
            "publishing:packs",
            icon="stack",
            right="pack.manage",
            note="事项、表单、流程、文书样式从哪一版来",
        )
