"""The result of a batch, case by case: a list to filter and to export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yipan.platform import people
from yipan.platform.jobs import queries as job_queries
from yipan.platform.ui import listing

from .domain.batching import ACTS
from .models import BatchLine
from .queries import batching as reads

TONES = {"done": "green", "waiting": "blue", "refused": "red", "already": "orange"}


@dataclass(frozen=True, slots=True)
class LineRow:
    id: int
    case_id: int
    item_title: str
    short_no: str
    unit_name: str
    state: str
    text: str
    at: datetime | None


class BatchResult(listing.ListPage):
    """What became of every case of a batch."""

    key, title, face = "cases.batch", "批量办理结果", "workbench"
    template = "cases/batch_result.html"
    default_order = "short_no"
    columns = (
        listing.Column("item_title", "事项", link=lambda row: reverse("cases:page", args=[row.case_id]), fixed=True),
        listing.Column("short_no", "短号", sort=True),
        listing.Column(
            "state", "结果", "status", value=lambda row: dict(BatchLine.STATES)[row.state],
            tone=lambda row: TONES[row.state],
        ),
        listing.Column("text", "说明"),
        listing.Column("unit_name", "办理单位"),
        listing.Column("at", "时间", "moment"),
    )  # fmt: skip
    filters = (listing.Choice("state", "结果", BatchLine.STATES, many=True),)

    def query(self, request: HttpRequest) -> listing.Query:
        batch = reads.mine(request.list_arguments["batch_id"], people.actor(request))  # type: ignore[attr-defined]
        return listing.TableQuery(
            queryset=BatchLine.objects.filter(batch=batch),
            fields=("id", "case_id", "case__item_title", "case__short_no", "case__unit_name", "state", "text", "at"),
            orders={"short_no": "case__short_no"},
            narrow=_narrow,
            row=lambda values: LineRow(*values.values()),
        )

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """How far it is, and whether something was left to go on with."""
        actor = people.actor(request)
        batch = reads.mine(request.list_arguments["batch_id"], actor)  # type: ignore[attr-defined]
        work = job_queries.of(batch.progress_id, actor.account_id) if batch.progress_id else None
        waiting = BatchLine.objects.filter(batch=batch, state="waiting").exists()
        return {
            "made": batch, "work": work, "act": ACTS[batch.act].title if batch.act else "",
            "left": waiting and (work is None or not work.open),
        }  # fmt: skip


def _narrow(rows: QuerySet[BatchLine], filters: Mapping[str, Any]) -> QuerySet[BatchLine]:
    return rows.filter(state__in=filters["state"]) if filters.get("state") else rows
