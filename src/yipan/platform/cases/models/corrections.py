"""One-time notices (一次性告知), their defects, marks on the picture of a material, and leave for a second notice."""

from django.db import models

from .case import Case
from .materials import CaseMaterial


class CorrectionNotice(models.Model):
    """The one-time notice (一次性告知); a second one on an old defect needs an approved exception."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    number = models.CharField(max_length=80)
    at = models.DateTimeField()
    due = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    exception = models.OneToOneField("CorrectionException", on_delete=models.PROTECT, null=True)
    exception_reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)


class CorrectionDefect(models.Model):
    """One defect of a notice: what is wrong with which material or field, and how to mend it."""

    notice = models.ForeignKey(CorrectionNotice, on_delete=models.PROTECT, related_name="defects")
    material_code = models.CharField(max_length=60, blank=True)
    field_key = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)  # missing, unclear, expired, inconsistent, format, seal
    remedy = models.CharField(max_length=500)


class MaterialMark(models.Model):
    """A place on one page of a material with what is wrong there; told to the applicant with a notice, until then a
    note among the staff. Lengths are thousandths of the page's width and height."""

    material = models.ForeignKey(CaseMaterial, on_delete=models.PROTECT, related_name="marks")
    page = models.PositiveSmallIntegerField("页")
    left = models.PositiveSmallIntegerField()
    top = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    remark = models.CharField("问题", max_length=100)
    by_name = models.CharField(max_length=100)
    by_account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    notice = models.ForeignKey(CorrectionNotice, on_delete=models.PROTECT, null=True, related_name="marks")

    class Meta:
        ordering = ["id"]


class CorrectionException(models.Model):
    """Leave to tell, once more, a defect that was there to be seen the first time; it counts as a quality incident."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="correction_exceptions")
    reason = models.CharField(max_length=300)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
