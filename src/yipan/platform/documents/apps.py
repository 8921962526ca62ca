"""Django application of the room ``documents``."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "yipan.platform.documents"
    label = "documents"
    verbose_name = "文书"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform import jobs, records
        from yipan.platform.records import verbs
        from yipan.platform.ui import navigation

        from . import seals
        from .actions.seal import seal_due
        from .loader import TemplateLoader
        from .service import by_connector

        records.rights.declare("document.manage", "管理文书模板与用印队列")
        verbs.declare(
            {
                "document.make": "制作文书",
                "document.seal": "文书盖章",
                "document.seal_again": "重新提交用印",
            },
            kinds={"document": "文书"},
        )
        register_loader(TemplateLoader())
        jobs.sweep("documents.seal", every=2.0)(seal_due)
        seals.register(by_connector)
        navigation.register(
            "administration", "运行", "用印队列", "documents:queue", icon="certificate", right="document.manage",
            note="等待盖章和盖章未成功的文书",
        )  # fmt: skip
        navigation.register(
            "administration", "内容", "文书模板", "documents:templates", icon="file-text", right="document.manage",
            note="各类文书的现行模板与样张",
        )  # fmt: skip
