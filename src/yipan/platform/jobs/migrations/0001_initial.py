"""Progress of long work."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # The jobs of this room are rows of procrastinate.
    dependencies = [("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("title", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("queued", "等待中"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("failed", "失败"),
                            ("stopped", "已停止"),
                        ],
                        default="queued",
                    ),
                ),
                ("total", models.IntegerField(default=0)),
                ("done", models.IntegerField(default=0)),
                ("note", models.TextField(default="")),
                ("result", models.JSONField(default=dict)),
                ("error", models.TextField(default="")),
                ("stop_asked", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "-id"], name="jobs_progress_account")],
            },
        ),
    ]
