"""Application keys and the counters of rate limits (unlogged: they may be lost in a crash)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application", models.CharField(max_length=100, verbose_name="应用名称")),
                ("owner_unit", models.CharField(max_length=120, verbose_name="责任单位")),
                ("prefix", models.CharField(max_length=12, unique=True, verbose_name="前缀")),
                ("digest", models.CharField(max_length=64)),
                ("scopes", models.JSONField(default=list, verbose_name="范围")),
                ("per_minute", models.PositiveIntegerField(default=120, verbose_name="每分钟上限")),
                ("valid_from", models.DateTimeField(verbose_name="生效")),
                ("valid_to", models.DateTimeField(verbose_name="失效")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="吊销")),
                ("created_by", models.CharField(max_length=100)),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE exchange_rate (
                key text NOT NULL, slot bigint NOT NULL, count integer NOT NULL, PRIMARY KEY (key, slot)
            )
            """,
            "DROP TABLE exchange_rate",
        ),
    ]
