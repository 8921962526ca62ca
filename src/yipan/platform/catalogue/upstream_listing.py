"""上级目录: what came down from the province (or with a pack), for the data bureau to take over or to decline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yipan.platform.ui import listing

from .domain.upstream import WORDS
from .models import UpstreamChange

TONES = {"waiting": "orange", "faulty": "red", "same": "grey", "taken": "green", "declined": "grey"}
SOURCES = {"province": "省级目录", "pack": "内容包"}


@dataclass(frozen=True, slots=True)
class UpstreamRow:
    id: int
    title: str
    source: str
    operation: str
    catalog_code: str
    batch: str
    state: str
    note: str
    at: datetime
    decided_by: str


class UpstreamList(listing.ListPage):
    """Changes that came from above, newest first."""

    key, title, face = "catalogue.upstream", "上级目录", "administration"
    intro = "省级目录下发的新增、变更和取消，由政数局采纳后按两级审核发布；本单位填写的要素不受影响。"
    default_order = "-at"
    columns = (
        listing.Column(
            "title", "事项", link=lambda row: reverse("catalogue:upstream_change", args=[row.id]),
            sub=lambda row: row.catalog_code, fixed=True,
        ),
        listing.Column("operation", "操作", value=lambda row: WORDS.get(row.operation, row.operation)),
        listing.Column("source", "来源", value=lambda row: SOURCES[row.source], sub=lambda row: row.batch),
        listing.Column(
            "state", "状态", "status", value=lambda row: UpstreamChange.State(row.state).label,
            tone=lambda row: TONES[row.state],
        ),
        listing.Column("note", "说明", sub=lambda row: row.decided_by),
        listing.Column("at", "收到", "moment", sort=True),
    )  # fmt: skip
    filters = (
        listing.Text("q", "名称、编码或批次"),
        listing.Choice("state", "状态", tuple(UpstreamChange.State.choices), many=True),
        listing.Choice("operation", "操作", tuple(WORDS.items())),
    )
    empty_title = "上级目录没有下发"
    empty_hint = "每小时自动取一次；省平台发布时会立即通知。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.TableQuery(
            queryset=UpstreamChange.objects.all(),
            fields=("id", "title", "source", "operation", "catalog_code", "batch", "state", "note", "at", "decided_by"),
            orders={"at": "at"},
            narrow=_narrow,
            row=lambda values: UpstreamRow(*values.values()),
        )


def _narrow(rows: QuerySet[UpstreamChange], filters: Mapping[str, Any]) -> QuerySet[UpstreamChange]:
    if words := filters.get("q"):
        rows = rows.filter(Q(title__contains=words) | Q(catalog_code__startswith=words) | Q(batch__contains=words))
    if filters.get("operation"):
        rows = rows.filter(operation=filters["operation"])
    return rows.filter(state__in=filters["state"]) if filters.get("state") else rows
