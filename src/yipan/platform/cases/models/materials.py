"""What a case is made of: its materials, and those that follow later (容缺)."""

from django.db import models

from .case import Case


class CaseMaterial(models.Model):
    """One material instance of a case and where it came from."""

    class Source(models.TextChoices):
        UPLOADED = "uploaded", "上传"
        LICENCE = "licence", "电子证照"
        DATA = "data", "数据核验"
        COMMITMENT = "commitment", "告知承诺"
        FORM = "form", "系统生成"
        REUSED = "reused", "历史复用"
        PAPER = "paper", "窗口扫描"
        DEFERRED = "deferred", "容缺后补"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="materials")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField("材料种类", max_length=120, blank=True)  # the same kind of paper in other cases
    required = models.BooleanField(default=True)
    government = models.BooleanField("政府部门核发", default=False)
    source = models.CharField(max_length=12, choices=Source.choices, blank=True)
    file_id = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    licence_ref = models.CharField("电子证照标识", max_length=160, blank=True)
    facts = models.JSONField("照面信息", default=dict)  # of a fetched licence: what the form is prefilled with
    valid_to = models.DateField("材料有效期至", null=True)
    reused_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    exempt_reason = models.CharField("免提交依据或未能免提交的原因", max_length=200, blank=True)
    check_result = models.CharField(max_length=10, blank=True)  # "", ok, defect
    round = models.PositiveSmallIntegerField("轮次", default=1)
    at = models.DateTimeField()
    replaced = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "code"])]


class Tolerance(models.Model):
    """One material that a tolerantly accepted case still owes (容缺), from acceptance until it is there or its promise
    is broken. A broken promise is the applicant's record inside this platform, no entry of any black list."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tolerances")
    material_code = models.CharField(max_length=60)
    material_name = models.CharField(max_length=200)
    days = models.PositiveSmallIntegerField("承诺工作日")
    licence_first = models.BooleanField("先批后补", default=False)
    on_breach = models.CharField("逾期后果", max_length=10)  # terminate, hold
    promised_at = models.DateTimeField()
    due = models.DateTimeField("补齐期限", null=True)  # of 先批后补 from the decision
    supplied_at = models.DateTimeField("补齐时间", null=True)
    breached_at = models.DateTimeField("逾期时间", null=True)
    returned = models.CharField("退回原因", max_length=300, blank=True)
    closed_at = models.DateTimeField("不再需要", null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "material_code"], name="case_tolerance_once")]
        indexes = [
            models.Index(
                fields=["due"],
                condition=models.Q(supplied_at=None, breached_at=None, closed_at=None),
                name="case_tolerance_running",
            )
        ]
