"""After the end: ratings and what follows from bad ones, signs of handling elsewhere."""

from django.db import models

from .case import Case


class Rating(models.Model):
    """好差评 of one service node; grades 5 to 1, where 2 and 1 are bad."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    grade = models.PositiveSmallIntegerField()
    labels = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()


class Rectification(models.Model):
    """差评整改: a bad rating is looked into, put right, answered to its citizen, who may rate once more.

    Source: 广东省政务服务“好差评”工作规范 GDZW 0059-2022.
    """

    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="rectification")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rectifications")
    opened_at = models.DateTimeField()
    verify_due = models.DateTimeField("核实期限")
    rectify_due = models.DateTimeField("整改期限")
    verified_at = models.DateTimeField("核实时间", null=True)
    verified_by = models.CharField(max_length=100, blank=True)
    genuine = models.BooleanField("是否属实", null=True)
    finding = models.CharField("核实情况", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answer = models.CharField("整改和答复", max_length=1000, blank=True)
    visited_at = models.DateTimeField("回访时间", null=True)
    visit = models.CharField("回访情况", max_length=500, blank=True)
    second_grade = models.PositiveSmallIntegerField("再次评价", null=True)
    second_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["rectify_due"], condition=models.Q(answered_at=None), name="case_rectify_open")]


class GenuineAlert(models.Model):
    """What looks like handling elsewhere and entering here (线下办理、线上录入), for those who watch over it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=4)
    level = models.CharField(max_length=6)
    text = models.CharField(max_length=200)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=100, blank=True)
    finding = models.CharField("核实情况", max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["case", "rule"], name="case_alert_once")]
