"""Roles with one holder and leaders; invitations of agents with items; persons known twice who were joined."""

import django.db.models.deletion
from django.db import migrations, models

LEADS = [("section", "股室"), ("unit", "单位（分管）"), ("head", "单位（主要负责人）")]
# Agents of before were in force without an answer.
ACCEPT = "UPDATE people_agency SET accepted_at = valid_from::timestamp AT TIME ZONE 'Asia/Shanghai'"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="accepted_at",
            field=models.DateTimeField(null=True, verbose_name="接受时间"),
        ),
        migrations.RunSQL(ACCEPT, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="agency",
            name="items",
            field=models.JSONField(default=list, verbose_name="授权事项"),
        ),
        migrations.AddField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="role",
            name="leads",
            field=models.CharField(blank=True, choices=LEADS, max_length=12, verbose_name="领导"),
        ),
        migrations.AddField(
            model_name="role",
            name="single",
            field=models.BooleanField(default=False, verbose_name="每个单位只能有一人"),
        ),
    ]
