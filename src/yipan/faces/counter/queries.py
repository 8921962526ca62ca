"""The window's day: what was received, what waits to be printed and handed over, which drafts the clerk left open.

Row rights are those of the window (``cases.queries.at_counter``).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from yipan.kernel.clock import day_of, midnight
from yipan.platform import records
from yipan.platform.cases import queries
from yipan.platform.cases.domain.states import State
from yipan.platform.cases.models import CaseDocument

SHOWN = 8


@dataclass(frozen=True)
class Desk:
    """Rows are newest first and at most ``SHOWN``, names of natural persons shortened (somebody else stands at the
    window now); the figures count all."""

    received: tuple[queries.CaseRow, ...]
    to_print: tuple[queries.CaseRow, ...]
    to_deliver: tuple[queries.CaseRow, ...]
    drafts: tuple[queries.CaseRow, ...]
    received_count: int
    print_count: int
    deliver_count: int
    draft_count: int


def desk(actor: records.Actor, now: dt.datetime) -> Desk:
    today = midnight(day_of(now))
    mine = queries.at_counter(actor)
    # Notices of today that exist as paper: they are handed over at the window or posted.
    papers = CaseDocument.objects.filter(
        case=OuterRef("pk"), for_applicant=True, document_id__isnull=False, at__gte=today
    )
    parts = {
        "received": mine.filter(received_at__gte=today),
        "to_print": mine.filter(Exists(papers)),
        "to_deliver": mine.filter(state=State.DELIVERY),
        "drafts": mine.filter(state=State.DRAFT),
    }
    rows = {name: tuple(queries.rows(found.order_by("-id")[:SHOWN], now, masked=True)) for name, found in parts.items()}
    counts = {
        name: found.order_by().aggregate(n=Count("id", distinct=True))["n"]
        if len(rows[name]) == SHOWN
        else len(rows[name])
        for name, found in parts.items()
    }
    return Desk(
        **rows,
        received_count=counts["received"],
        print_count=counts["to_print"],
        deliver_count=counts["to_deliver"],
        draft_count=counts["drafts"],
    )
