"""待送达: the delivery desk of a unit, what is due first on top."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from yipan.platform import calendar, people
from yipan.platform.ui import listing

from . import queries
from .domain.delivery import CHOICES, WAYS
from .domain.states import State
from .models import Case, Dispatch
from .queries.delivery import desk_row

FIELDS = (
    "id", "short_no", "item_title", "applicant_name", "applicant_kind", "unit_name", "e_service", "delivery__choice",
    "delivery__due", "last_state", "last_way",
)  # fmt: skip
FAILED = ("returned", "lost", "expired", "rejected")
STANDINGS = (("none", "还没有办理"), ("under_way", "在途、在柜、公告中"), ("failed", "没有送到，等待处理"))
LATE, SOON = "late", "soon"
SOON_DAYS = 3


class DeliveryList(listing.ListPage):
    """Results that wait for their applicants, in the units the reader may see."""

    key, title, face = "cases.delivery", "待送达", "workbench"
    intro = "已经作出决定、还没有送达的办件；法律要求作出决定之日起 10 个工作日内送达。"
    personal = True
    default_order = "due"
    columns = (
        listing.Column(
            "item_title",
            "事项",
            link=lambda row: reverse("cases:page", args=[row.id]) + "#delivery",
            sub=lambda row: row.applicant_name,
            fixed=True,
            personal=True,
        ),
        listing.Column("short_no", "短号"),
        listing.Column("choice", "领取方式"),
        listing.Column("standing", "进展", "status", tone=lambda row: row.tone),
        listing.Column("light", "时限", "light"),
        listing.Column("due", "送达期限", "day", value=listing.last_day("due"), sort=True),
        listing.Column("unit_name", "办理单位"),
    )
    filters = (
        listing.Text("q", "短号、申请人"),
        listing.Choice("choice", "领取方式", (("electronic", "电子送达"), *CHOICES.items())),
        listing.Choice("standing", "进展", STANDINGS),
        listing.Choice("way", "正在用的方式", tuple((key, WAYS[key]) for key in ("mail", "locker", "notice"))),
        listing.Choice("limit", "期限", ((LATE, "已逾期"), (SOON, f"{SOON_DAYS} 天内到期"))),
    )
    empty_title = "没有待送达的办件"

    def query(self, request: HttpRequest) -> listing.Query:
        now, days = calendar.now(), calendar.current()
        last = Dispatch.objects.filter(case=OuterRef("pk")).order_by("-id")
        waiting = queries.visible(people.actor(request)).filter(state=State.DELIVERY)
        return listing.TableQuery(
            queryset=waiting.annotate(
                last_state=Subquery(last.values("state")[:1]), last_way=Subquery(last.values("way")[:1])
            ),
            fields=FIELDS,
            orders={"due": "delivery__due"},
            narrow=lambda rows, filters: narrow(rows, filters, now),
            row=lambda values: desk_row(values, now, days),
        )


def narrow(rows: QuerySet[Case], filters: Mapping[str, Any], now: dt.datetime) -> QuerySet[Case]:
    """What each filter means."""
    if words := filters.get("q"):
        rows = rows.filter(Q(short_no__startswith=words.upper()) | Q(applicant_name__part=words))
    if choice := filters.get("choice"):
        rows = rows.filter(_chosen(choice))
    if standing := filters.get("standing"):
        known = {
            "none": Q(last_state=None),
            "under_way": Q(last_state__in=("ordered", "sent")),
            "failed": Q(last_state__in=FAILED),
        }
        rows = rows.filter(known[standing])
    if way := filters.get("way"):
        rows = rows.filter(last_way=way, last_state__in=("ordered", "sent"))
    if limit := filters.get("limit"):
        until = now + dt.timedelta(days=SOON_DAYS)
        rows = rows.filter(delivery__due__lte=now if limit == LATE else until)
        rows = rows if limit == LATE else rows.filter(delivery__due__gt=now)
    return rows


def _chosen(choice: str) -> Q:
    if choice == "electronic":
        return Q(e_service=True)
    chosen = Q(delivery__choice=choice)
    return Q(e_service=False) & (chosen | Q(delivery=None) if choice == "counter" else chosen)
