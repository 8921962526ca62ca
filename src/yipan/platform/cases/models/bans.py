"""Bans on applying again."""

from django.db import models

from .case import Case


class ApplicationBan(models.Model):
    """Nobody else's business: the unit and the applicant know of it, no list shows it in public."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bans")
    person_id = models.BigIntegerField(null=True)
    entity_id = models.BigIntegerField(null=True)
    catalog_code = models.CharField("基本编码", max_length=12)
    ground = models.CharField("理由", max_length=16)
    number = models.CharField("决定文号", max_length=80, blank=True)
    since = models.DateField("起算日")
    until = models.DateField("最后一日")

    class Meta:
        ordering = ["-until", "-id"]
        indexes = [
            models.Index(fields=["catalog_code", "person_id"], name="case_ban_person"),
            models.Index(fields=["catalog_code", "entity_id"], name="case_ban_entity"),
        ]
