"""Django application of the room ``calendar``."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "yipan.platform.calendar"
    label = "calendar"
    verbose_name = "工作日历"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights, verbs
        from yipan.platform.ui import navigation

        from .loader import CalendarLoader

        rights.declare("calendar.manage", "维护工作日历")
        verbs.declare(
            {
                "calendar.import": "导入工作日历",
                "calendar.correct": "更正工作日历",
                "calendar.set_clock": "调整演示时钟",
            },
            kinds={"calendar": "工作日历"},
        )
        register_loader(CalendarLoader())
        navigation.register(
            "administration",
            "内容",
            "工作日历",
            "calendar:years",
            icon="calendar",
            right="calendar.manage",
            note="节假日与调休，期限计算的依据",
        )
