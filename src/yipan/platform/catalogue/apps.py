"""Django application of the room ``catalogue``."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "yipan.platform.catalogue"
    label = "catalogue"
    verbose_name = "事项"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform import forms, records
        from yipan.platform.people import agent_items
        from yipan.platform.search import registry
        from yipan.platform.ui import navigation

        from . import entries, queries
        from .loader import BaseItemLoader, CodesLoader, ItemLoader

        records.rights.declare("catalogue.manage", "管理事项")
        records.verbs.declare(
            {"item.publish": "发布事项版本", "item.report_fault": "提出指南有误", "item.answer_report": "答复指南纠错"},
            kinds={"item": "事项"},
        )
        register_loader(CodesLoader())
        register_loader(BaseItemLoader(), after=["codes"])
        register_loader(ItemLoader(), after=["codes", "base_items"])
        forms.codes.provide(queries.codes)
        agent_items.register(queries.applied_for_here)
        registry.register(
            "item",
            "事项",
            entries.all_entries,
            order=10,
            facets=(
                ("person", "个人"), ("firm", "企业"), ("online", "可网办"), ("exempt", "有免提交材料"),
                ("instant", "即办"),
            ),
        )  # fmt: skip
        registry.register("faq", "问答", entries.all_answers, order=40)
        navigation.register("portal", "导航", "办事", "catalogue:themes", icon="grid-dots", order=20)
        navigation.register("portal", "导航", "部门", "catalogue:departments", icon="building", order=30)
        navigation.register(
            "portal", "我要办事", "按主题找", "catalogue:themes", icon="grid-dots", note="个人、企业办事主题"
        )
        navigation.register(
            "portal", "我要办事", "按部门找", "catalogue:departments", icon="building", note="各单位的事项"
        )
        navigation.register(
            "administration", "事项与流程", "事项", "catalogue:items", icon="list-details", right="catalogue.manage",
            note="已发布的事项版本和差异",
        )  # fmt: skip
        navigation.register(
            "administration", "事项与流程", "指南纠错", "catalogue:reports", icon="message-report",
            right="catalogue.manage", note="群众和企业提出的指南错误，两个工作日内答复",
        )  # fmt: skip
