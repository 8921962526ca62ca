"""Public keys of the seal service that signed papers of ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_broken"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.TextField(unique=True)),
                ("public", models.TextField()),
                ("first_seen", models.DateTimeField()),
            ],
        ),
    ]
