"""Templates as packs brought them, messages as people got them, and the channels people refused."""

from django.db import models


class Template(models.Model):
    """The current text of a notice. Messages keep their own filled text, so a new text changes no old message."""

    key = models.TextField(unique=True)
    pack = models.TextField()
    title = models.TextField()
    body = models.TextField()
    sms = models.TextField(default="")
    link = models.TextField(default="")
    channels = models.JSONField()
    audience = models.TextField()
    mandatory = models.BooleanField(default=False)
    sha256 = models.TextField()
    installed_at = models.DateTimeField()


class Message(models.Model):
    """One notice to one person. Without account (window applicants) it only leaves by SMS; the number is encrypted."""

    account_id = models.BigIntegerField(null=True)
    name = models.TextField(default="")
    phone_cipher = models.BinaryField(null=True)
    phone_masked = models.TextField(default="")
    template_key = models.TextField()
    title = models.TextField()
    body = models.TextField()
    sms = models.TextField(default="")
    link = models.TextField(default="")
    subject_kind = models.TextField(default="")
    subject_id = models.TextField(default="")
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="notices_message_inbox"),
            models.Index(
                fields=["account_id"], name="notices_message_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="notices_message_subject"),
        ]


class Refusal(models.Model):
    """A channel that the owner of an account does not want; mandatory notices take it all the same."""

    account_id = models.BigIntegerField()
    channel = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "channel"], name="notices_refusal_once")]


class ReminderRule(models.Model):
    """A rule of a pack (see ``reminding``): ``offsets`` are days before (negative) or after the last day."""

    key = models.TextField(unique=True)
    pack = models.TextField()
    source = models.TextField()
    deadline = models.TextField()
    offsets = models.JSONField()
    unit = models.TextField()
    template = models.TextField()
    to = models.JSONField()
    installed_at = models.DateTimeField()


class Reminded(models.Model):
    """Somebody was told of a deadline by a rule; once per stage. A deadline that moves is another one."""

    rule = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    due_at = models.DateTimeField()
    offset = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id", "due_at", "offset"], name="notices_reminded_once"
            )
        ]
