"""Django application of the room ``catalogue``."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "yipan.platform.catalogue"
    label = "catalogue"
    verbose_name = "事项"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform import forms, jobs, processes, records
        from yipan.platform.people import agent_items
        from yipan.platform.search import registry
        from yipan.platform.ui import navigation

        from . import entries, queries, work
        from .actions import drafting, upstream
        from .loader import BaseItemLoader, CodesLoader, ItemLoader

        records.rights.declare("catalogue.manage", "管理事项")
        records.rights.declare("catalogue.edit", "编辑本单位事项")
        records.rights.declare("catalogue.review", "审核本单位事项变更")
        records.rights.declare("catalogue.release", "发布事项变更")
        records.verbs.declare(
            {
                "item.publish": "发布事项版本",
                "item.report_fault": "提出指南有误",
                "item.answer_report": "答复指南纠错",
                "item.begin_change": "开始编辑事项",
                "item.submit_change": "提交事项变更",
                "item.review_change": "审核事项变更",
                "item.release_change": "发布事项变更",
                "item.return_change": "退回事项变更",
                "item.drop_change": "放弃事项变更",
                "item.take_upstream": "采纳上级目录变更",
                "item.decline_upstream": "不采纳上级目录变更",
            },
            kinds={"item": "事项", "upstream": "上级目录变更"},
        )
        for kind, title in drafting.KINDS.items():
            processes.errands.register(kind, title)
        jobs.sweep("catalogue.turn", every=5.0)(work.turn)
        jobs.task(upstream.PULL)(work.pull)
        jobs.periodic("20 * * * *", upstream.PULL)
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
            "administration", "事项与流程", "事项变更", "catalogue:changes", icon="pencil", right="catalogue.edit",
            note="编辑、单位审核、政数局发布",
        )  # fmt: skip
        navigation.register(
            "administration", "事项与流程", "上级目录", "catalogue:upstream", icon="cloud-download",
            right="catalogue.release", note="省级目录下发的新增、变更和取消",
        )  # fmt: skip
        navigation.register(
            "administration", "事项与流程", "指南纠错", "catalogue:reports", icon="message-report",
            right="catalogue.manage", note="群众和企业提出的指南错误，两个工作日内答复",
        )  # fmt: skip
