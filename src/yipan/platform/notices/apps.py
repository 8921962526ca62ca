"""Django application of the room ``notices``."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "yipan.platform.notices"
    label = "notices"
    verbose_name = "通知"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform import jobs, records

        from . import channels, reminding, shell
        from .domain import SMS, YUEZHENGYI
        from .loader import NoticeLoader, ReminderLoader

        register_loader(NoticeLoader())
        register_loader(ReminderLoader(), after=["notices"])
        jobs.task("notices.remind")(reminding.remind)
        jobs.periodic("*/10 * * * *", "notices.remind")
        records.register_channel(SMS, channels.send_sms)
        records.register_channel(YUEZHENGYI, channels.send_yuezhengyi)
        shell.register()
