"""Contested data: of one case, and the desk of the units that keep registers. Rows of other units are not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from yipan.platform import people, records
from yipan.platform.ui import listing

from ..models import Case, DataDispute
from .reach import CaseNotFound

RIGHT = "data.correct"


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One contested value; ``late`` while nobody has answered in time."""

    id: int
    number: str
    label: str
    shown: str
    source: str
    remark: str
    keeper: str
    state: str
    state_word: str
    opened_at: datetime
    due: datetime
    late: bool
    corrected: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    item: str = ""

    @property
    def open(self) -> bool:
        return self.state == DataDispute.State.OPEN


FIELDS = (
    "id", "number", "label", "shown", "source", "remark", "keeper_name", "state", "opened_at", "due", "corrected",
    "answer", "answered_by", "answered_at", "case__item_title",
)  # fmt: skip


def _row(values: Mapping[str, Any], now: datetime) -> DisputeRow:
    state = values["state"]
    return DisputeRow(
        values["id"], values["number"], values["label"], values["shown"], values["source"], values["remark"],
        values["keeper_name"], state, DataDispute.State(state).label, values["opened_at"], values["due"],
        state == DataDispute.State.OPEN and values["due"] <= now, values["corrected"], values["answer"],
        values["answered_by"], values["answered_at"], values["case__item_title"],
    )  # fmt: skip


def disputes(case: Case, now: datetime) -> list[DisputeRow]:
    """What was contested in a case (one statement)."""
    return [_row(values, now) for values in DataDispute.objects.filter(case=case).values(*FIELDS)]


def _kept(actor: records.Actor) -> QuerySet[DataDispute]:
    scope = people.scope_filter(actor, RIGHT)
    rows = DataDispute.objects.exclude(keeper_unit="")
    return rows if scope.kind == "district" else rows.filter(keeper_unit__in=scope.unit_keys)


def kept_dispute(dispute_id: int, actor: records.Actor, now: datetime) -> DisputeRow:
    """One that this keeper may answer. Raises CaseNotFound for any other."""
    values = _kept(actor).filter(pk=dispute_id).values(*FIELDS).first()
    if values is None:
        raise CaseNotFound
    return _row(values, now)


def disputes_query(actor: records.Actor, now: datetime) -> listing.TableQuery:
    """The keeper's desk, what is due first at its head."""
    return listing.TableQuery(
        queryset=_kept(actor),
        fields=FIELDS,
        orders={"due": "due", "opened_at": "opened_at"},
        narrow=lambda rows, filters: _narrow(rows, filters, now),
        row=lambda values: _row(values, now),
    )


def _narrow(rows: QuerySet[DataDispute], filters: Mapping[str, Any], now: datetime) -> QuerySet[DataDispute]:
    if words := filters.get("q"):
        rows = rows.filter(Q(number__contains=words) | Q(label__contains=words) | Q(shown__contains=words))
    match filters.get("state"):
        case "late":
            return rows.filter(state=DataDispute.State.OPEN, due__lte=now)
        case None | "":
            return rows
        case state:
            return rows.filter(state=state)
