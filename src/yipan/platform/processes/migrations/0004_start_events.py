"""Start events: processes that begin by a message, a signal or at a time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("processes", "0003_errands"),
    ]

    operations = [
        migrations.CreateModel(
            name="StartEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("element_id", models.TextField()),
                ("kind", models.TextField()),
                ("name", models.TextField(default="")),
                ("due_at", models.DateTimeField(null=True)),
                ("timer", models.JSONField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("next_try", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                (
                    "definition",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="processes.definition"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "name"], name="processes_start_name"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="processes_start_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("definition", "element_id"), name="processes_start_element")
                ],
            },
        ),
    ]
