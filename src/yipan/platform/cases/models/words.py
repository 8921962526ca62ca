"""What people write at their tasks."""

from django.db import models

from .case import Case


class Opinion(models.Model):
    """One opinion (意见): column, text, optional handwritten image and signature reference, bound to its act."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    column = models.CharField("栏目", max_length=40)
    text = models.TextField()
    outcome = models.CharField(max_length=40, blank=True)
    image_file_id = models.BigIntegerField("手写签批", null=True)
    signature = models.CharField("签名", max_length=200, blank=True)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=100)
    deputy_for = models.CharField("代", max_length=100, blank=True)
    unit_name = models.CharField(max_length=120)
    post_name = models.CharField(max_length=120, blank=True)
    task_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    @property
    def proof(self) -> str:
        """The reference to its signature as paper and screens show it: SM3 and the first half of the act's digest."""
        kind, _, rest = self.signature.partition(":")
        return f"SM3 {rest.partition(':')[2][:32]}" if kind == "act" else self.signature


class Phrase(models.Model):
    """A person's own stock phrase (常用意见)."""

    account_id = models.BigIntegerField(db_index=True)
    text = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
