"""Django application of the room ``jobs``."""

import logging

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "yipan.platform.jobs"
    label = "jobs"
    verbose_name = "后台任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The library logs every job with its arguments; ours are ids, but they belong in no log of a quiet day.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        from . import stalled

        stalled.register()
