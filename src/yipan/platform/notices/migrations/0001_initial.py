"""Templates, messages and refused channels."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("pack", models.TextField()),
                ("title", models.TextField()),
                ("body", models.TextField()),
                ("sms", models.TextField(default="")),
                ("link", models.TextField(default="")),
                ("channels", models.JSONField()),
                ("audience", models.TextField()),
                ("mandatory", models.BooleanField(default=False)),
                ("sha256", models.TextField()),
                ("installed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField(null=True)),
                ("name", models.TextField(default="")),
                ("phone_cipher", models.BinaryField(null=True)),
                ("phone_masked", models.TextField(default="")),
                ("template_key", models.TextField()),
                ("title", models.TextField()),
                ("body", models.TextField()),
                ("sms", models.TextField(default="")),
                ("link", models.TextField(default="")),
                ("subject_kind", models.TextField(default="")),
                ("subject_id", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-id"], name="notices_message_inbox"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["account_id"],
                        name="notices_message_unread",
                    ),
                    models.Index(fields=["subject_kind", "subject_id"], name="notices_message_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("channel", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account_id", "channel"), name="notices_refusal_once")],
            },
        ),
    ]
