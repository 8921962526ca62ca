"""Templates as packs brought them, and papers. A paper's facts never change; only its seal is added (trigger)."""

from django.db import models

from .domain import STATE_WORDS


class Template(models.Model):
    """One version of a template; papers name the version they were made with."""

    key = models.TextField()
    version = models.PositiveIntegerField()
    pack = models.TextField()
    title = models.TextField()
    source = models.TextField()
    fields = models.JSONField(default=list)
    qr = models.TextField(default="")
    sample = models.JSONField(default=dict)
    sha256 = models.TextField()
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="documents_template_version")]


class SealKey(models.Model):
    """A public key of the seal service that signed a paper of ours; never removed, because papers live long."""

    key_id = models.TextField(unique=True)
    public = models.TextField()
    first_seen = models.DateTimeField()


class Document(models.Model):
    """A paper: what it says (frozen), whom it belongs to, its file, and how far the seal got."""

    key = models.TextField("幂等键", null=True, unique=True)
    template = models.ForeignKey(Template, models.PROTECT)
    title = models.TextField("标题")
    number = models.TextField("文号")
    subject_kind = models.TextField(default="")
    subject_id = models.TextField(default="")
    unit_key = models.TextField(default="")
    to_be_sealed = models.BooleanField(default=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    actor_name = models.TextField(default="")
    draft_file_id = models.BigIntegerField(null=True)
    draft_sha256 = models.TextField(default="")
    state = models.TextField(choices=list(STATE_WORDS.items()))
    file_id = models.BigIntegerField(null=True)
    sha256 = models.TextField(default="", db_index=True)
    size = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="documents_subject"),
            models.Index(fields=["next_at"], name="documents_waiting", condition=models.Q(state="waiting")),
        ]
