"""One act on many cases: what was asked, and what became of each case."""

from django.db import models

from .case import Case


class Batch(models.Model):
    """Ticked rows with the act that was chosen for them. It is begun once, however often the button is pressed."""

    account_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    act = models.CharField("办理", max_length=40, blank=True)
    opinion = models.CharField("意见", max_length=2000, blank=True)
    receiver_id = models.BigIntegerField("转办给(账号)", null=True)
    begun_at = models.DateTimeField(null=True)
    progress_id = models.BigIntegerField(null=True)


class BatchLine(models.Model):
    """One case of a batch; ``state``: waiting, done, refused, already (somebody else was first)."""

    STATES = (("waiting", "等待办理"), ("done", "已办理"), ("refused", "不能办理"), ("already", "已由他人办理"))

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    task_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["batch", "case"], name="case_batch_line_once")]
