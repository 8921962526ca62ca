"""Errands: work of other rooms and outside systems in the one to-do."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("processes", "0002_definitions_never_change"),
    ]

    operations = [
        migrations.CreateModel(
            name="Errand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("kind", models.TextField(default="")),
                ("title", models.TextField()),
                ("subtitle", models.TextField(default="")),
                ("url", models.TextField()),
                ("subject_kind", models.TextField(default="")),
                ("subject_id", models.TextField(default="")),
                ("unit_key", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by_name", models.TextField(default="")),
                ("outcome", models.TextField(default="")),
            ],
            options={
                "indexes": [models.Index(fields=["subject_kind", "subject_id"], name="processes_errand_subject")],
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="processes_errand_key")],
            },
        ),
        migrations.CreateModel(
            name="ErrandEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("box", models.TextField()),
                ("holder", models.TextField()),
                ("sort_at", models.DateTimeField()),
                (
                    "excluded",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("by_name", models.TextField(default="")),
                ("at", models.DateTimeField()),
                (
                    "errand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="processes.errand"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["holder", "box", "sort_at", "errand"], name="processes_errand_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("errand", "box", "holder"), name="processes_errand_line_once")
                ],
            },
        ),
    ]
