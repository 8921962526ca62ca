"""Reminders became rules of packs; who was told already is not told again."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations

SHANGHAI = ZoneInfo("Asia/Shanghai")


def keep_what_was_told(apps, _editor):
    """One row per licence and stage, by the end of the licence's validity."""
    reminded = apps.get_model("notices", "Reminded")
    for told in apps.get_model("licences", "Reminder").objects.select_related("licence"):
        if told.licence.valid_to is not None:
            reminded.objects.get_or_create(
                rule="licence.expiring",
                subject_kind="licence",
                subject_id=str(told.licence_id),
                due_at=datetime.combine(told.licence.valid_to + timedelta(days=1), time(), SHANGHAI),
                offset=-told.days,
                defaults={"at": told.at},
            )


class Migration(migrations.Migration):
    dependencies = [
        ("licences", "0002_reminder"),
        ("notices", "0002_reminders"),
    ]

    operations = [
        migrations.RunPython(keep_what_was_told, migrations.RunPython.noop),
        migrations.DeleteModel(
            name="Reminder",
        ),
    ]
