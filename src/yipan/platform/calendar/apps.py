"""Django application of the room ``calendar``."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "yipan.platform.calendar"
    label = "calendar"
    verbose_name = "工作日历"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yipan.kernel.packs import register_loader
        from yipan.platform.records import rights
        from yipan.platform.ui import navigation

        from .loader import CalendarLoader

        rights.declare("calendar.manage", "维护工作日历")
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
