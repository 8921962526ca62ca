"""Keys of applications. The secret itself is shown once and never stored."""

from django.db import models


class ApiKey(models.Model):
    """A hashed, expiring key of one application, limited to scopes such as ``cases.read`` and to the rows of a unit."""

    class Reach(models.TextChoices):
        UNIT = "unit", "本单位"
        SUBORDINATE = "subordinate", "本单位及下属"
        DISTRICT = "district", "全区"

    application = models.CharField("应用名称", max_length=100)
    owner_unit = models.CharField("责任单位", max_length=120)
    unit_id = models.BigIntegerField(null=True)
    unit_key = models.CharField(max_length=60, default="", blank=True)
    reach = models.CharField("数据范围", max_length=12, choices=Reach.choices, default=Reach.UNIT)
    prefix = models.CharField("前缀", max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField("范围", default=list)
    per_minute = models.PositiveIntegerField("每分钟上限", default=120)
    valid_from = models.DateTimeField("生效")
    valid_to = models.DateTimeField("失效")
    revoked_at = models.DateTimeField("吊销", null=True)
    last_used_on = models.DateField("最近使用", null=True)
    created_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.application} {self.prefix}…"
