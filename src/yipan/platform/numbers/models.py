"""Tables of the numbers room. Counters and numbers are written by ``series`` with SQL."""

from django.db import models

from . import domain


class Rule(models.Model):
    """How a series of numbers is written; the newest revision of a key counts (numbers already issued keep theirs)."""

    key = models.CharField("编号规则", max_length=40)
    revision = models.PositiveIntegerField("版次")
    title = models.TextField("名称")
    pattern = models.TextField("格式")
    prefixes = models.JSONField("字头", default=dict)
    at = models.DateTimeField("生效时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "revision"], name="numbers_rule_revision")]


class Series(models.Model):
    """A counter: the last number given in a scope (unit, word, year …)."""

    series = models.CharField("系列", max_length=60)
    scope = models.TextField("范围")
    last = models.BigIntegerField("末号", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "scope"], name="numbers_series_scope")]


class Number(models.Model):
    """Every number ever given. It is never deleted and its value never changes (a trigger refuses it)."""

    class State(models.TextChoices):
        ISSUED = domain.ISSUED, "已使用"
        RESERVED = domain.RESERVED, "已预留"
        VOID = domain.VOID, "已作废"

    series = models.ForeignKey(Series, models.PROTECT, related_name="numbers")
    value = models.BigIntegerField("序号")
    text = models.TextField("编号", blank=True, default="")
    state = models.CharField("状态", max_length=8, choices=State.choices)
    owner_kind = models.CharField("归属类型", max_length=40, blank=True, default="")
    owner_key = models.CharField("归属", max_length=80, blank=True, default="")
    reason = models.TextField("原因", blank=True, default="")
    actor_name = models.TextField("经手人", blank=True, default="")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "value"], name="numbers_value_once")]
        indexes = [models.Index(fields=["owner_kind", "owner_key"], name="numbers_owner")]


class ShortCode(models.Model):
    """A code people use for a case: the spoken number or the query code."""

    code = models.CharField("短号", max_length=9, primary_key=True)
    target = models.CharField("办件编号", max_length=80)
    at = models.DateTimeField("时间")
