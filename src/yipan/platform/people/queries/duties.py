"""Lists of duties: who is away and who stands in, what was handed over, what roles may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from yipan.kernel.clock import midnight
from yipan.platform import calendar
from yipan.platform.records import rights
from yipan.platform.ui import listing

from ..access import UnitScope
from ..models import Absence, Handover, Holding, Role
from . import _valid


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """An absence that lasts or comes; ``now``: it has begun."""

    id: int
    person: str
    deputy: str
    begins: date
    ends: date
    reason: str
    now: bool


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A hand-over with how many of those who have to sign have signed."""

    id: int
    person: str
    receiver: str
    at: datetime
    reason: str
    lines: int
    signed: int
    signers: int

    @property
    def complete(self) -> bool:
        return self.signed >= self.signers


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role with its limits and the titles of its rights."""

    key: str
    title: str
    limits: str
    titles: str


def _holders(scope: UnitScope, day: date | None) -> QuerySet[Holding]:
    """Who holds (or ever held) a post in the scope's units, as a subquery of person ids."""
    held = Holding.objects.all() if day is None else Holding.objects.filter(_valid(day))
    return held if scope.kind == "district" else held.filter(post__unit_id__in=scope.unit_ids)


def absence_query(scope: UnitScope, person_id: int | None) -> listing.TableQuery:
    """Current and coming absences of one's own and of the units in the scope."""
    today = calendar.today()
    mine = Q(person_id=person_id) | Q(deputy_id=person_id)
    if scope.kind in ("unit", "district"):
        mine |= Q(person_id__in=_holders(scope, today).values("person_id"))
    return listing.TableQuery(
        queryset=Absence.objects.filter(mine, ends__gte=today, cancelled_at=None),
        fields=("id", "person__name", "deputy__name", "begins", "ends", "reason"),
        orders={"begins": "begins", "ends": "ends"},
        narrow=_narrow_absences,
        row=lambda v: AbsenceRow(
            v["id"], v["person__name"], v["deputy__name"], v["begins"], v["ends"], v["reason"], v["begins"] <= today
        ),
    )


def _narrow_absences(rows: QuerySet[Absence], filters: Mapping[str, Any]) -> QuerySet[Absence]:
    if words := filters.get("q"):
        rows = rows.filter(Q(person__name__contains=words) | Q(deputy__name__contains=words))
    if between := filters.get("days"):
        if between.low:
            rows = rows.filter(ends__gte=between.low)
        if between.high:
            rows = rows.filter(begins__lte=between.high)
    return rows


def handover_query(scope: UnitScope) -> listing.TableQuery:
    """What was handed over by people who hold or held a post in the scope's units."""
    held = _holders(scope, None).values("person_id")
    return listing.TableQuery(
        queryset=Handover.objects.filter(person_id__in=held).annotate(signed=Count("signatures")),
        fields=(
            "id", "person_id", "person__name", "receiver_id", "receiver__name", "supervisor_id", "at", "reason",
            "lines", "signed",
        ),
        orders={"at": "at"},
        narrow=_narrow_handovers,
        row=_handover_row,
    )  # fmt: skip


def _narrow_handovers(rows: QuerySet[Handover], filters: Mapping[str, Any]) -> QuerySet[Handover]:
    if words := filters.get("q"):
        rows = rows.filter(Q(person__name__contains=words) | Q(receiver__name__contains=words))
    if between := filters.get("at"):
        if between.low:
            rows = rows.filter(at__gte=midnight(between.low))
        if between.high:
            rows = rows.filter(at__lt=midnight(between.high + timedelta(days=1)))
    return rows


def _handover_row(v: dict[str, Any]) -> HandoverRow:
    signers = {v["person_id"], v["receiver_id"], v["supervisor_id"]} - {None}
    return HandoverRow(
        v["id"], v["person__name"], v["receiver__name"], v["at"], v["reason"], len(v["lines"]), v["signed"],
        len(signers),
    )  # fmt: skip


def role_rows() -> list[RoleRow]:
    """Every role with what it may do (one statement)."""
    rows = []
    for role in Role.objects.all():
        limits = [words for words, given in (("三员分立", role.separation), ("在编人员", role.official)) if given]
        titles = "、".join(rights.title(name) for name in role.rights)
        rows.append(RoleRow(role.key, role.title, "、".join(limits), titles))
    return rows
