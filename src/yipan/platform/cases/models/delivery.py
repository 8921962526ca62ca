"""Delivery of results: what the applicant chose, every attempt by a carrier, and what the carrier reported."""

from django.db import models

from ..domain.delivery import CHOICES, WAYS
from .case import Case


class Delivery(models.Model):
    """One for each case: the chosen way for papers, and until when the law wants them delivered.

    The address itself lies in the vault of its person; ``address_ref`` names it there.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="delivery")
    choice = models.CharField("领取方式", max_length=12, choices=list(CHOICES.items()), default="counter")
    address_person_id = models.BigIntegerField(null=True)
    address_ref = models.CharField(max_length=64, blank=True)
    chosen_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField("可以送达的时间", null=True)
    due = models.DateTimeField("送达期限", null=True, db_index=True)
    copies = models.PositiveSmallIntegerField("补发次数", default=0)


class Dispatch(models.Model):
    """One attempt by mail, locker or announcement. ``number`` is the carrier's own."""

    STATES = (
        ("ordered", "等待承运方接单"), ("sent", "在途"), ("signed", "已送达"), ("returned", "退回"), ("lost", "丢失"),
        ("expired", "逾期未取"), ("rejected", "承运方拒单"),
    )  # fmt: skip

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="dispatches")
    way = models.CharField(max_length=12, choices=list(WAYS.items()))
    state = models.CharField(max_length=10, choices=STATES, default="ordered")
    number = models.CharField("单号", max_length=40, blank=True)
    key = models.CharField(max_length=100, unique=True, null=True)  # a repeat of the order changes nothing
    place = models.CharField("网点、柜门", max_length=120, blank=True)
    address_person_id = models.BigIntegerField(null=True)
    address_ref = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    ordered_by = models.CharField(max_length=100)
    ordered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    until = models.DateTimeField("公告期满、取件期限", null=True)
    ended_at = models.DateTimeField(null=True)
    receiver = models.CharField("签收人", max_length=100, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=100, blank=True)
    settlement = models.CharField("处理", max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["until"], condition=models.Q(state="sent", way="notice"), name="case_noticed")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["ordered", "sent"]), name="case_one_dispatch"
            ),
            models.UniqueConstraint(
                fields=["way", "number"], condition=~models.Q(number=""), name="case_dispatch_number"
            ),
        ]


class DispatchEvent(models.Model):
    """What a carrier told of a dispatch, once for each of its numbers."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    receiver = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["dispatch", "number"], name="case_dispatch_event_once")]
