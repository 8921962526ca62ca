"""First tables of the room: SQL for the database (partitions, triggers, functions), unmanaged models for the state."""

from pathlib import Path

from django.db import migrations, models


def make_tables(_apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(Path(__file__).with_name("tables.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunPython(make_tables, migrations.RunPython.noop, elidable=False),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("actor_name", models.TextField()),
                ("unit_id", models.BigIntegerField(null=True)),
                ("unit_name", models.TextField()),
                ("ip", models.TextField()),
                ("request_id", models.TextField()),
                ("subject_kind", models.TextField()),
                ("subject_id", models.TextField()),
                ("fields", models.TextField()),
                ("purpose", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "records_access",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ActPayload",
            fields=[
                ("act_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("body", models.TextField(null=True)),
                ("erased_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "records_act_payload",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ActRow",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("chain_kind", models.TextField()),
                ("chain_key", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("verb", models.TextField()),
                ("subject_kind", models.TextField()),
                ("subject_id", models.TextField()),
                ("from_state", models.TextField()),
                ("to_state", models.TextField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("actor_name", models.TextField()),
                ("unit_id", models.BigIntegerField(null=True)),
                ("unit_name", models.TextField()),
                ("post_id", models.BigIntegerField(null=True)),
                ("post_name", models.TextField()),
                ("deputy_for_id", models.BigIntegerField(null=True)),
                ("deputy_for_name", models.TextField()),
                ("channel", models.TextField()),
                ("ip", models.TextField()),
                ("request_id", models.TextField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("payload_digest", models.BinaryField()),
                ("prev", models.BinaryField()),
                ("head", models.BinaryField()),
            ],
            options={
                "db_table": "records_act",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("head", models.BinaryField()),
                ("rooted_seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "records_chain",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField()),
                ("event_at", models.DateTimeField()),
                ("subscriber", models.TextField()),
                ("state", models.TextField()),
                ("attempts", models.IntegerField()),
                ("next_at", models.DateTimeField()),
                ("last_error", models.TextField()),
            ],
            options={
                "db_table": "records_delivery",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="EventRow",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("subject_kind", models.TextField()),
                ("subject_id", models.TextField()),
                ("item_key", models.TextField()),
                ("process_key", models.TextField()),
                ("process_version", models.IntegerField(null=True)),
                ("instance_id", models.TextField()),
                ("task_id", models.TextField()),
                ("element_id", models.TextField()),
                ("element_name", models.TextField()),
                ("lifecycle", models.TextField()),
                ("enabled_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("actor_name", models.TextField()),
                ("role", models.TextField()),
                ("unit_id", models.BigIntegerField(null=True)),
                ("unit_name", models.TextField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("clock_stopped", models.BooleanField()),
                ("applicant_step", models.BooleanField()),
                ("payload", models.JSONField()),
            ],
            options={
                "db_table": "records_event",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("key", models.TextField(unique=True)),
                ("subject_kind", models.TextField()),
                ("subject_id", models.TextField()),
                ("payload", models.JSONField()),
                ("state", models.TextField()),
                ("attempts", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("queued_at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("remote_id", models.TextField()),
                ("last_error", models.TextField()),
            ],
            options={
                "db_table": "records_outbox",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Root",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("previous", models.BinaryField()),
                ("root", models.BinaryField()),
                ("leaves", models.IntegerField()),
                ("access_until", models.DateTimeField()),
                ("key_id", models.TextField()),
                ("public_key", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "records_root",
                "managed": False,
            },
        ),
    ]
