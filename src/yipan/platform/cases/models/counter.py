"""The window: signatures given there, and slips that were printed."""

from django.db import models

from .case import Case


class CaseSignature(models.Model):
    """The applicant's own signature under what he hands in at a window: of the pad, or of the signed sheet that was
    scanned. It is bound to the version of the form it stands under."""

    class Kind(models.TextChoices):
        PAD = "pad", "签名板"
        SHEET = "sheet", "纸质签名件"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    signer = models.CharField("签名人", max_length=100)
    form_data_id = models.BigIntegerField(null=True)
    file_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    taken_by = models.CharField("经手人", max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]


class PrintJob(models.Model):
    """One slip for one client; what failed is printed again with the reason, so that nobody leaves without his."""

    class State(models.TextChoices):
        WAITING = "waiting", "待打印"
        DONE = "done", "已打印"
        FAILED = "failed", "没有打出来"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="print_jobs")
    account_id = models.BigIntegerField(db_index=True)
    title = models.CharField(max_length=80)
    lines = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    copies = models.PositiveSmallIntegerField("份数", default=0)
    problem = models.CharField(max_length=200, blank=True)
    reason = models.CharField("重打原因", max_length=200, blank=True)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account_id", "-at"], name="case_prints_of_clerk")]
