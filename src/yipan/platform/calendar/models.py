"""Tables of the calendar room."""

from django.db import models


class CalendarYear(models.Model):
    """One revision of a year's calendar; rows are never changed (a trigger refuses it), the highest revision counts.

    `data` has the shape of the calendar files (see ``kernel.clock.parse_year``)."""

    year = models.PositiveSmallIntegerField("年份")
    revision = models.PositiveSmallIntegerField("版次")
    data = models.JSONField("放假安排")
    source = models.TextField("依据")
    provisional = models.BooleanField("暂定", default=False)
    reason = models.TextField("更正原因", blank=True, default="")
    actor_name = models.TextField("录入人", blank=True, default="")
    at = models.DateTimeField("录入时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "revision"], name="calendar_year_revision")]
        ordering = ["-year", "-revision"]


class BusinessClock(models.Model):
    """At most one row: how far the business clock is shifted, or the instant at which it stands still."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField("偏移")
    frozen_at = models.DateTimeField("停在", null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="calendar_one_clock")]
