"""What was installed, byte for byte; rows are never changed."""

from django.db import models


class PackVersion(models.Model):
    """One installed state of a pack; the newest row of a key is the one in use."""

    key = models.CharField(max_length=40, db_index=True)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    plan_task = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    installed_at = models.DateTimeField()
    installed_by = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class PackContent(models.Model):
    """One file of an installed pack."""

    pack = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "path"], name="pack_content_path")]
