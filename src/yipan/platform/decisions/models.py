"""Tables of published decisions, their test cases, and drafts that somebody works on."""

from django.db import models


class DecisionModel(models.Model):
    """One published version of a DMN document. A row never changes (trigger): what was decided can be decided again.

    ``decisions``: [{id, name}] of the document, in its order."""

    key = models.TextField()
    version = models.IntegerField()
    title = models.TextField()
    namespace = models.TextField()
    xml = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    decisions = models.JSONField()
    pack = models.TextField(default="")
    note = models.TextField(default="")
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField(null=True)
    published_by_name = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="decisions_model_version")]


class DecisionTests(models.Model):
    """Test cases of a model, run before every publication: [{decision, inputs, expected, name}]."""

    key = models.TextField(primary_key=True)
    cases = models.JSONField()


class DecisionDraft(models.Model):
    """What will be the next version, while somebody edits it. ``base`` is the version it began from (0: a new model);
    ``revision`` grows with every save, so that two editors do not write over each other."""

    key = models.TextField(primary_key=True)
    title = models.TextField()
    xml = models.BinaryField()
    base = models.IntegerField(default=0)
    revision = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.BigIntegerField(null=True)
    changed_by_name = models.TextField(default="")
