"""Documents (文书) of cases."""

from django.db import models

from .case import Case


class CaseDocument(models.Model):
    """A document (文书) of a case: numbered at the act, made and sealed by the worker right after it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=80)
    number = models.CharField("文号", max_length=80)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    document_id = models.BigIntegerField(null=True)
    for_applicant = models.BooleanField(default=True)
    read_at = models.DateTimeField("申请人阅读时间", null=True)

    class Meta:
        ordering = ["id"]
