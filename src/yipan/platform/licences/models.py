"""Kinds of licence and licences. What a licence says never changes; only its state does, each time by an act."""

from django.db import models

from .domain.states import EXPIRED, STATE_WORDS, VALID


class LicenceKind(models.Model):
    """One version of a kind as a pack brought it; ``definition`` is the file's entry as read."""

    key = models.TextField()
    version = models.PositiveIntegerField()
    pack = models.TextField()
    title = models.TextField()
    definition = models.JSONField()
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="licences_kind_version")]


class Licence(models.Model):
    """A licence. ``holder_code`` of a natural person is masked: the full number stays in the identity vault."""

    STATES = [(key, word) for key, word in STATE_WORDS.items() if key != EXPIRED]

    key = models.TextField("幂等键", unique=True)
    serial = models.TextField(unique=True)
    template = models.TextField()
    kind = models.ForeignKey(LicenceKind, models.PROTECT)
    title = models.TextField()
    number = models.TextField()
    version = models.PositiveIntegerField(default=1)
    identifier = models.TextField(default="")
    holder_kind = models.TextField()
    holder_name = models.TextField(db_index=True)
    holder_code = models.TextField(default="", db_index=True)
    holder_person_id = models.BigIntegerField(null=True)
    holder_entity_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=list)
    issuer_unit = models.TextField()
    issuer_unit_id = models.BigIntegerField(null=True)
    issuer_name = models.TextField()
    issuer_code = models.TextField(default="")
    issued_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    subject_kind = models.TextField(default="")
    subject_id = models.TextField(default="")
    compact = models.TextField()
    key_id = models.TextField()
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    state = models.TextField(choices=STATES, default=VALID)
    state_at = models.DateTimeField()
    state_reason = models.TextField(default="")
    document_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number", "version"], name="licences_number_once"),
        ]
        indexes = [
            models.Index(fields=["holder_person_id"], name="licences_person"),
            models.Index(fields=["holder_entity_id"], name="licences_entity"),
            models.Index(fields=["issuer_unit_id", "-id"], name="licences_register"),
            models.Index(fields=["number"], name="licences_number"),
            models.Index(fields=["document_id"], name="licences_document"),
        ]
