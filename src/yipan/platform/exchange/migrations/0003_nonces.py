"""Nonces of calls through the gateway (unlogged: they may be lost in a crash)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_unit_of_a_key"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE exchange_nonce (nonce text PRIMARY KEY, at timestamptz NOT NULL);
            CREATE INDEX exchange_nonce_at ON exchange_nonce (at)
            """,
            "DROP TABLE exchange_nonce",
        ),
    ]
