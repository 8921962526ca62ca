"""What happens beside the steps: special procedures, opinions of other units, extensions."""

from django.db import models

from .case import Case


class SpecialProcedure(models.Model):
    """A statutory procedure during which the clock stands still (行政许可法第四十五条)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="specials")
    kind = models.PositiveSmallIntegerField()
    planned_days = models.PositiveSmallIntegerField("计划工作日")
    basis = models.CharField("依据条款", max_length=300)
    notice_number = models.CharField("告知书文号", max_length=80)
    requested_by = models.CharField(max_length=100)
    approved_by = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    planned_end = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    overrun = models.BooleanField(default=False)
    result = models.CharField(max_length=500, blank=True)


class SpecialProposal(models.Model):
    """What an examiner asks for; the procedure itself begins with somebody else's approval."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="special_proposals")
    kind = models.PositiveSmallIntegerField()
    planned_days = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=300)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)


class OpinionRequest(models.Model):
    """Another unit is asked for its opinion; the clock runs on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinion_requests")
    unit_key = models.CharField(max_length=60)
    unit_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit_key", "case"], name="case_asked_of_unit")]


class Extension(models.Model):
    """An extension of the limit, once, with the approver's reason told to the applicant (行政许可法第四十二条)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    requested_by = models.CharField(max_length=100)
    requested_by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    approved_by = models.CharField(max_length=100, blank=True)
    approved_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=80, blank=True)
