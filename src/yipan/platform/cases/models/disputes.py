"""Contested data (数据异议): a value of a register that the applicant says is wrong, on its way to its keeper."""

from django.db import models

from .case import Case


class DataDispute(models.Model):
    """Kept by a unit of the district (``keeper_unit``) or by an outside platform (``remote_id`` there). The application
    goes on meanwhile with the register's value; what the keeper corrects becomes a new version of the form."""

    class State(models.TextChoices):
        OPEN = "open", "核实中"
        CORRECTED = "corrected", "已更正"
        REFUSED = "refused", "维持原登记"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disputes")
    number = models.CharField("编号", max_length=80)
    field = models.CharField(max_length=80)
    label = models.CharField("数据项", max_length=120)
    shown = models.CharField("登记内容", max_length=500)
    source = models.CharField("来源", max_length=200)
    remark = models.CharField("异议", max_length=500)
    keeper_unit = models.CharField(max_length=60, blank=True, db_index=True)
    keeper_name = models.CharField("登记机关", max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    due = models.DateTimeField("核实期限")
    remote_id = models.CharField(max_length=60, blank=True)
    corrected = models.CharField("更正为", max_length=500, blank=True)
    answer = models.CharField("核实情况", max_length=500, blank=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "field"], condition=models.Q(state="open"), name="case_dispute_once"
            )
        ]
        indexes = [models.Index(fields=["due"], condition=models.Q(state="open"), name="case_dispute_open")]

    def __str__(self) -> str:
        return self.number
