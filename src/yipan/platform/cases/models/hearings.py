"""Hearings (听证) of cases."""

from django.db import models

from .case import Case
from .procedures import SpecialProcedure


class Hearing(models.Model):
    """From the notice of the right, or from the order of the law, to the record; ``special`` stops the clock as soon as
    it is to be held. ``closed_at``: held, waived, or nobody asked in time."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hearings")
    special = models.OneToOneField(SpecialProcedure, on_delete=models.PROTECT, null=True, related_name="hearing")
    ground = models.CharField("启动依据", max_length=6)  # law, asked
    interested = models.CharField("利害关系人", max_length=300, blank=True)
    opened_at = models.DateTimeField()
    ask_until = models.DateTimeField("申请期限", null=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField("申请听证的人", max_length=100, blank=True)
    asked_reason = models.CharField(max_length=500, blank=True)
    hold_until = models.DateTimeField("举行期限", null=True)
    planned_at = models.DateTimeField("举行时间", null=True)
    place = models.CharField("地点", max_length=200, blank=True)
    host_id = models.BigIntegerField("主持人", null=True)
    host_name = models.CharField(max_length=100, blank=True)
    public = models.BooleanField("公开举行", default=True)
    closed_reason = models.CharField("不公开的理由", max_length=300, blank=True)
    postponed = models.CharField("延期的理由", max_length=300, blank=True)
    held_at = models.DateTimeField(null=True)
    present = models.CharField("参加人", max_length=500, blank=True)
    record = models.TextField("笔录", blank=True)
    signature = models.CharField("核对签字", max_length=8, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    record_number = models.CharField("笔录文号", max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(closed_at=None), name="case_one_open_hearing")
        ]
        indexes = [
            models.Index(
                fields=["ask_until"], condition=models.Q(closed_at=None, asked_at=None), name="case_hearing_asking"
            ),
            models.Index(
                fields=["planned_at"], condition=models.Q(closed_at=None, public=True), name="case_hearing_public"
            ),
        ]
