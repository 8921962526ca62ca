"""Django application of the room ``decisions``."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "yipan.platform.decisions"
    label = "decisions"
    verbose_name = "决策表"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights, verbs
        from yipan.platform.ui import navigation

        from .loader import DecisionLoader

        register_loader(DecisionLoader())
        rights.declare("decisions.view", "查看和试算决策表")
        rights.declare("decisions.manage", "编辑和发布决策表")
        verbs.declare({"decision.publish": "发布决策", "decision.tests": "维护决策测试"}, kinds={"decision": "决策"})
        navigation.register(
            "administration", "事项与流程", "决策表", "decisions:list", icon="list-check", right="decisions.view",
            order=45, note="规则、检查、试算、发布",
        )  # fmt: skip
