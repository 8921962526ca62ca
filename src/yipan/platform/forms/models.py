"""Forms as published, drafts as they are typed, and versions that nobody can change any more."""

from django.db import models


class FormVersion(models.Model):
    """One published state of a form. ``schema`` is the file as written; the database refuses to change a row."""

    key = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    schema = models.TextField()
    sha256 = models.CharField(max_length=64)
    pack = models.CharField(max_length=40)
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="forms_version_number")]


class Draft(models.Model):
    """The mutable head: one per owner and form, kept on the version of the form it began with.

    ``raw`` are the answers as typed, ``prefilled`` {field: {value, source, taken_at, locked}}, ``contested``
    {field: {remark, by, at}}, ``context`` further variables of the form's conditions."""

    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT)
    key = models.CharField(max_length=40)
    owner_kind = models.CharField(max_length=40)
    owner_id = models.CharField(max_length=64)
    raw = models.JSONField(default=dict)
    prefilled = models.JSONField(default=dict)
    contested = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    versions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "key"], name="forms_draft_owner"),
        ]


class SubmissionVersion(models.Model):
    """A finished form: cleaned ``data``, and where prefilled values came from and what was contested at that moment.

    Events, letters and licences refer to it by id; the database refuses to change or delete a row."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="submissions")
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    data = models.JSONField()
    sources = models.JSONField(default=dict)
    contested = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="forms_submission_number")]
