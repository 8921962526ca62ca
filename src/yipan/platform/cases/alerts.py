"""真实性预警: the list of alerts for those who watch over units, settled with what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yipan.platform import calendar, people
from yipan.platform.ui import listing

from . import queries
from .actions import genuine
from .actions.core import CaseProblem
from .models import GenuineAlert

LEVELS = {"red": "红", "yellow": "黄"}
TONES = {"red": "red", "yellow": "orange"}


@dataclass(frozen=True, slots=True)
class AlertRow:
    id: int
    case_id: int
    item_title: str
    unit_name: str
    level: str
    text: str
    at: datetime
    finding: str
    handled_by: str


def _settle(request: HttpRequest, key: str, reason: str) -> str:
    genuine.settle(int(key), finding=reason, actor=people.actor(request), at=calendar.now())
    return "已登记核实情况"


class AlertList(listing.ListPage):
    """Cases whose records look like 线下办理、线上录入."""

    key, title, face = "cases.alerts", "真实性预警", "workbench"
    intro = "系统按办件记录查找线下办理、线上录入的迹象：办理用时过短、审查审核决定出自一处、集中收件办结。"
    default_order = "-at"
    columns = (
        listing.Column(
            "item_title", "办件", link=lambda row: reverse("cases:page", args=[row.case_id]), sub=lambda row: row.text,
            fixed=True,
        ),
        listing.Column(
            "level", "级别", "status", value=lambda row: LEVELS[row.level], tone=lambda row: TONES[row.level]
        ),
        listing.Column("unit_name", "办理单位"),
        listing.Column("at", "预警时间", "moment", sort=True),
        listing.Column("finding", "核实情况", sub=lambda row: row.handled_by),
    )  # fmt: skip
    filters = (
        listing.Choice("state", "状态", (("open", "待核实"), ("settled", "已核实"))),
        listing.Choice("level", "级别", tuple(LEVELS.items())),
    )
    batch = (
        listing.BatchAction(
            "settle",
            "登记核实情况",
            _settle,
            icon="check",
            right=genuine.RIGHT,
            reason="核实情况",
            refusals=(CaseProblem,),
        ),
    )
    empty_title = "没有真实性预警"

    def query(self, request: HttpRequest) -> listing.Query:
        return listing.TableQuery(
            queryset=GenuineAlert.objects.filter(case__in=queries.visible(people.actor(request))),
            fields=(
                "id", "case_id", "case__item_title", "case__unit_name", "level", "text", "at", "finding", "handled_by",
            ),
            orders={"at": "at"},
            narrow=_narrow,
            row=lambda values: AlertRow(*values.values()),
        )  # fmt: skip


def _narrow(rows: QuerySet[GenuineAlert], filters: Mapping[str, Any]) -> QuerySet[GenuineAlert]:
    if state := filters.get("state"):
        rows = rows.filter(handled_at__isnull=state == "open")
    return rows.filter(level=filters["level"]) if filters.get("level") else rows
