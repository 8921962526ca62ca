"""Masters of joint applications (联办) and the sub-cases that belong to them."""

from django.db import models

from .case import Case


class BundleVersion(models.Model):
    """A bundle as a pack described it; a changed file makes another version, running masters keep theirs."""

    key = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    title = models.CharField("名称", max_length=200)
    data = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="case_bundle_version")]


class Master(models.Model):
    """One joint application. Its due dates are those of its slowest sub-case, computed whenever they are read."""

    bundle = models.ForeignKey(BundleVersion, on_delete=models.PROTECT)
    title = models.CharField("名称", max_length=200)
    lead_key = models.CharField("牵头单位", max_length=60)
    number = models.CharField("联办编号", max_length=60, unique=True, null=True)
    short_no = models.CharField("短号", max_length=20, unique=True, null=True)
    query_code = models.CharField("查询码", max_length=12, blank=True)
    applicant_name = models.CharField("申请人", max_length=200)
    applicant_person_id = models.BigIntegerField(null=True, db_index=True)
    applicant_entity_id = models.BigIntegerField(null=True, db_index=True)
    received_by_id = models.BigIntegerField("收件人账号", null=True)
    answers = models.JSONField("情形", default=dict)
    e_service = models.BooleanField("同意电子送达", default=False)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField("收件时间", null=True)


class MasterPart(models.Model):
    """One sub-case of a master; ``after``: the items that must be granted before it is handed in."""

    master = models.ForeignKey(Master, on_delete=models.PROTECT, related_name="parts")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="joint")
    item_key = models.CharField(max_length=80)
    after = models.JSONField(default=list)
    held = models.CharField("等待的原因", max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["master", "item_key"], name="case_master_item_once")]
