"""Tables of the files room. Rows are never changed or deleted (triggers refuse it); what happens later is added."""

from django.db import models


class StoredFile(models.Model):
    """One upload. Equal contents share one object in the storage, named by its digest."""

    owner_kind = models.CharField("归属类型", max_length=40)
    owner_key = models.CharField("归属", max_length=80)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=8)
    mime = models.CharField("媒体类型", max_length=100)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64, db_index=True)
    original_sha256 = models.CharField("原件摘要", max_length=64)
    storage_name = models.CharField("存储名", max_length=200)
    flags = models.JSONField("提示", default=list)
    account_id = models.BigIntegerField("账户", null=True)
    actor_name = models.TextField("上传人", blank=True, default="")
    unit_name = models.TextField("单位", blank=True, default="")
    at = models.DateTimeField("上传时间")

    class Meta:
        indexes = [models.Index(fields=["owner_kind", "owner_key"], name="files_owner")]


class Scan(models.Model):
    """A verdict on a file; the newest counts."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="scans")
    state = models.CharField("结果", max_length=12)
    detail = models.TextField("说明", blank=True, default="")
    scanner = models.CharField("引擎", max_length=40, blank=True, default="")
    at = models.DateTimeField("时间", auto_now_add=True)


class Erasure(models.Model):
    """The content of a file was removed: by whom and why."""

    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="erasure")
    reason = models.TextField("原因")
    actor_name = models.TextField("经手人", blank=True, default="")
    at = models.DateTimeField("时间")
