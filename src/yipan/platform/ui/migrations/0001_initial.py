"""Site words and saved views of lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SiteText",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("content", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("list_key", models.TextField()),
                ("name", models.TextField(blank=True)),
                ("query", models.TextField(blank=True)),
                ("columns", models.JSONField(default=list)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "list_key", "name"), name="ui_one_view_per_name")
                ],
            },
        ),
    ]
