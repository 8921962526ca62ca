"""Django application of the room ``licences``."""

from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "yipan.platform.licences"
    label = "licences"
    verbose_name = "证照"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform import people, records
        from yipan.platform.notices import reminding
        from yipan.platform.records import verbs
        from yipan.platform.ui import navigation

        from . import pushing, reminders
        from .actions import join_person
        from .domain import CHANGES
        from .loader import LicenceLoader

        records.rights.declare("licence.read", "查看证照登记簿")
        records.rights.declare("licence.suspend", "暂停和恢复证照")
        records.rights.declare("licence.revoke", "撤销、吊销和注销证照")
        titles = {f"licence.{change.key}": f"{change.title}证照" for change in CHANGES.values()}
        verbs.declare(titles | {"licence.issue": "颁发证照", "licence.replace": "换发证照"}, kinds={"licence": "证照"})
        register_loader(LicenceLoader(), after=["templates"])
        people.joining.register("证照", join_person.move)
        reminding.register("licence", reminders.SOURCE)
        records.subscribe("document.sealed", pushing.when_sealed)
        records.register_channel(pushing.CHANNEL, pushing.send)
        navigation.register(
            "workbench", "证照文书", "证照登记簿", "licences:list", icon="certificate", right="licence.read",
            note="查询证照，办理暂停、撤销、注销",
        )  # fmt: skip
        navigation.register(
            "portal", "我要查", "证照核验", "licences:verify", icon="shield-check", order=20,
            note="扫码、按编号或者上传文件核验证照真伪",
        )  # fmt: skip
        navigation.register(
            "portal",
            "我要查",
            "我的证照",
            "licences:mine",
            icon="certificate",
            order=30,
            note="查看和下载本人、本单位的电子证照",
        )
