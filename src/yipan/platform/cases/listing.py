"""The list of cases for staff; list, export and print read through one query object with the reader's row rights."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from yipan.kernel import identifiers
from yipan.kernel.clock import LIGHT_WORDS, Calendar, end_of_day, midnight
from yipan.platform import calendar, catalogue, people, records
from yipan.platform.ui import listing

from . import figures, lights, queries
from .domain.states import State
from .models import UNFINISHED, Case
from .queries import CaseRow
from .views.batching import CASES

STATES = tuple((str(state.value), state.title) for state in State if state is not State.DRAFT)
OPEN, HERE, PAPER = "open", "here", "paper"
SHORTEST_DOCUMENT = 8


class CaseList(listing.ListPage):
    """办件: every case the reader may see."""

    key, title = "cases.list", "办件"
    face = "workbench"
    personal = True
    default_order = "-received_at"
    columns = (
        listing.Column(
            "item_title",
            "事项",
            link=lambda row: reverse("cases:page", args=[row.id]),
            sub=lambda row: row.applicant_name,
            fixed=True,
            personal=True,
        ),
        listing.Column("short_no", "短号"),
        listing.Column("state", "状态", "status", value=lambda row: row.state.title, tone=lambda row: tone(row.state)),
        listing.Column("light", "时限", "light"),
        listing.Column("due", "承诺期限", "day", value=listing.last_day("due"), sort=True),
        listing.Column("unit_name", "办理单位"),
        listing.Column("received_at", "收件时间", "moment", sort=True),
        listing.Column("case_no", "办件编号", shown=False),
    )
    filters = (
        listing.Text("q", "短号、编号、申请人、证件号码"),
        listing.Choice("state", "状态", STATES, many=True),
        listing.Choice("running", "进度", ((OPEN, "办理中"),)),
        listing.Choice("light", "时限", tuple(LIGHT_WORDS.items()), many=True),
        listing.DateRange("received_at", "收件日期"),
        listing.Choice("item", "事项", lambda _request: catalogue.queries.titles()),
        listing.Choice("origin", "来源", ((HERE, "在本平台办理"), ("history", "历史导入"), (PAPER, "断网补录"))),
        listing.Choice("about", "特征", tuple((key, title) for key, (title, _) in figures.KINDS.items())),
    )
    batch = (CASES,)
    empty_title = "没有符合条件的办件"

    def query(self, request: Any) -> listing.Query:
        return case_query(people.actor(request))


def tone(state: State) -> str:
    if state in (State.ACCEPTANCE_REFUSED, State.TERMINATED, State.REFUSED):
        return "red"
    if state in (State.CORRECTION, State.SPECIAL_PROCEDURE):
        return "orange"
    if state in (State.WITHDRAWN, State.DEEMED_WITHDRAWN):
        return "grey"
    return "green" if state >= State.GRANTED else "blue"


def case_query(actor: records.Actor) -> listing.TableQuery:
    now, days = calendar.now(), calendar.current()
    return listing.TableQuery(
        queryset=queries.visible(actor),
        fields=FIELDS,
        orders={"received_at": "received_at", "due": "shown_due"},
        narrow=narrow,
        row=lambda values: _row(values, now, days),
        filled=("received_at",),
    )


def _from(cases: QuerySet[Case], origin: str) -> QuerySet[Case]:
    if origin == PAPER:
        return cases.exclude(paper_receipt="")
    return cases.filter(history_batch="") if origin == HERE else cases.exclude(history_batch="")


FIELDS = (
    "id", "short_no", "case_no", "item_title", "applicant_name", "applicant_kind", "unit_name", "state", "received_at",
    "accepted_at", "decided_at", "notice_due", "promised_due", "legal_due", "commitment", "shown_due", "yellow_at",
    "history_batch",
)  # fmt: skip


def narrow(cases: QuerySet[Case], filters: Mapping[str, Any]) -> QuerySet[Case]:
    """What each filter means."""
    if words := filters.get("q"):
        cases = cases.filter(_named(words))
    if states := filters.get("state"):
        cases = cases.filter(state__in=[int(state) for state in states])
    if item := filters.get("item"):
        cases = cases.filter(item_key=item)
    if origin := filters.get("origin"):
        cases = _from(cases, origin)
    if about := filters.get("about"):
        cases = cases.filter(figures.KINDS[about][1])
    if filters.get("running") == OPEN:
        cases = cases.filter(state__in=UNFINISHED)
    if codes := filters.get("light"):
        cases = lights.with_light(cases, codes, calendar.now())
    if between := filters.get("received_at"):
        if between.low:
            cases = cases.filter(received_at__gte=midnight(between.low))
        if between.high:
            cases = cases.filter(received_at__lt=end_of_day(between.high))
    return cases


def _named(words: str) -> Q:
    """Cases by number, name, credit code, or the document of a person, which is found by its blind index only.

    Numbers by their beginning, so that the index serves them; names by any part."""
    number = words.upper().replace(" ", "")
    if len(number) >= SHORTEST_DOCUMENT and number.isascii() and number.isalnum():
        if identifiers.check_credit_code(number).ok:
            return Q(applicant_code=number)
        persons = people.vault.find_any(number)
        if persons:
            return Q(applicant_person_id__in=persons) | Q(agent_person_id__in=persons)
    named = Q(applicant_name__part=words)
    if not number.isascii():
        return named
    return Q(short_no__startswith=number) | Q(case_no__startswith=number) | named


def _row(values: dict[str, Any], now: dt.datetime, days: Calendar) -> CaseRow:
    case = Case(**{name: values[name] for name in FIELDS})
    return queries.row(case, now, days=days, masked=True)
