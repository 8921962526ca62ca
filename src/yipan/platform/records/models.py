"""Rows of the records tables for reading through the ORM.

The tables are made by hand-written SQL (partitions, triggers), so every model is unmanaged and nothing is saved
through it: writing goes through ``records.act``, ``publish``, ``queue`` and ``log_access``.
"""

from django.db import models


class Row(models.Model):
    """A row that is only read."""

    class Meta:
        abstract = True

    def save(self, *_args: object, **_kwargs: object) -> None:
        raise TypeError("records are written by yipan.platform.records, never by saving a model")


class Chain(Row):
    """The end of one chain; the table's key is (kind, key)."""

    pk = models.CompositePrimaryKey("kind", "key")
    kind = models.TextField()
    key = models.TextField()
    seq = models.BigIntegerField()
    head = models.BinaryField()
    rooted_seq = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "records_chain"


class ActRow(Row):
    """One recorded act. ``at`` is business time, ``recorded_at`` the database's clock."""

    id = models.BigIntegerField(primary_key=True)
    chain_kind = models.TextField()
    chain_key = models.TextField()
    seq = models.BigIntegerField()
    verb = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    from_state = models.TextField()
    to_state = models.TextField()
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    unit_name = models.TextField()
    post_id = models.BigIntegerField(null=True)
    post_name = models.TextField()
    deputy_for_id = models.BigIntegerField(null=True)
    deputy_for_name = models.TextField()
    channel = models.TextField()
    ip = models.TextField()
    request_id = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    payload_digest = models.BinaryField()
    prev = models.BinaryField()
    head = models.BinaryField()

    class Meta:
        managed = False
        db_table = "records_act"


class ActPayload(Row):
    """Reason and payload of an act as JSON text {"payload": …, "reason": …}; empty after erasure."""

    act_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    body = models.TextField(null=True)
    erased_by = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "records_act_payload"


class EventRow(Row):
    """One row of the event log (fields as ``records.Event``)."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    item_key = models.TextField()
    process_key = models.TextField()
    process_version = models.IntegerField(null=True)
    instance_id = models.TextField()
    task_id = models.TextField()
    element_id = models.TextField()
    element_name = models.TextField()
    lifecycle = models.TextField()
    enabled_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    role = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    unit_name = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    clock_stopped = models.BooleanField()
    applicant_step = models.BooleanField()
    payload = models.JSONField()

    class Meta:
        managed = False
        db_table = "records_event"


class Delivery(Row):
    """An event on its way to one subscriber."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField()
    event_at = models.DateTimeField()
    subscriber = models.TextField()
    state = models.TextField()
    attempts = models.IntegerField()
    next_at = models.DateTimeField()
    last_error = models.TextField()

    class Meta:
        managed = False
        db_table = "records_delivery"


class OutboxRow(Row):
    """A message to the outside; "sent", "received" and "confirmed" are three different things."""

    id = models.BigAutoField(primary_key=True)
    channel = models.TextField()
    key = models.TextField(unique=True)
    subject_kind = models.TextField()
    subject_id = models.TextField()
    payload = models.JSONField()
    state = models.TextField()
    attempts = models.IntegerField()
    at = models.DateTimeField()
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    remote_id = models.TextField()
    last_error = models.TextField()

    class Meta:
        managed = False
        db_table = "records_outbox"


class Access(Row):
    """One read of personal data."""

    id = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    unit_id = models.BigIntegerField(null=True)
    unit_name = models.TextField()
    ip = models.TextField()
    request_id = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    fields = models.TextField()
    purpose = models.TextField()
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "records_access"


class Root(Row):
    """A signed Merkle root."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    previous = models.BinaryField()
    root = models.BinaryField()
    leaves = models.IntegerField()
    access_until = models.DateTimeField()
    key_id = models.TextField()
    public_key = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        managed = False
        db_table = "records_root"
