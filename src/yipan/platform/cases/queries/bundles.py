"""Reads of joint applications. A master is its applicant's, its lead unit's, and that of every unit with a sub-case in
it; of others' sub-cases staff read the unit, the state and the dates only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from yipan.kernel.clock import show_due
from yipan.platform import people, records

from ..domain.bundles import MasterClock, PartFacts, master_clock
from ..domain.states import ENDED, State
from ..models import Case, Master, MasterPart
from . import reach
from .rows import CaseRow, masked_name
from .rows import row as line


@dataclass(frozen=True, slots=True)
class PartRow:
    """One sub-case of a master; ``case_id`` is None for a reader who may not open it."""

    case_id: int | None
    row: CaseRow
    held: str

    @property
    def due_by(self) -> str:
        return self.row.due_by


@dataclass(frozen=True, slots=True)
class MasterView:
    """A master with its sub-cases and the dates its slowest sub-case sets."""

    id: int
    title: str
    number: str
    short_no: str
    query_code: str
    applicant_name: str
    draft: bool
    parts: list[PartRow]
    clock: MasterClock

    @property
    def concluded(self) -> bool:
        """Every sub-case ended; one that is held has not."""
        return not self.draft and all(part.row.state in ENDED for part in self.parts)

    @property
    def due_by(self) -> str:
        return show_due(self.clock.promised) if self.clock.promised else ""


def own(who: "people.access.Principal") -> QuerySet[Master]:
    """A citizen's own, or those of the firm he acts for, as long as his power covers every item in it."""
    if who.entity_id is None:
        return Master.objects.filter(applicant_person_id=who.person_id, applicant_entity_id=None)
    found = Master.objects.filter(applicant_entity_id=who.entity_id)
    if not who.items:
        return found
    beyond = MasterPart.objects.exclude(item_key__in=who.items).values("master_id")
    return found.exclude(pk__in=beyond)


def visible(actor: records.Actor) -> QuerySet[Master]:
    """What a member of staff may see: masters with a sub-case he may read, or led by a unit of his scope."""
    scope = people.scope_filter(actor, "case.read")
    found = Master.objects.filter(received_at__isnull=False)
    if scope.kind == "district":
        return found
    mine = MasterPart.objects.filter(case__in=reach.visible(actor)).values("master_id")
    return found.filter(Q(lead_key__in=scope.unit_keys) | Q(pk__in=mine))


def get_own(master_id: int, who: "people.access.Principal") -> Master:
    return reach.part(own(who).filter(pk=master_id))


def get_for_staff(master_id: int, actor: records.Actor) -> Master:
    return reach.part(visible(actor).filter(pk=master_id))


def view_own(master: Master, now: datetime) -> MasterView:
    return views([master], now)[0]


def view_for_staff(master: Master, actor: records.Actor, now: datetime) -> MasterView:
    mine = reach.visible(actor).filter(joint__master=master).values_list("pk", flat=True)
    return views([master], now, may_open=frozenset(mine), masked=True)[0]


def views(
    masters: Iterable[Master], now: datetime, *, may_open: frozenset[int] | None = None, masked: bool = False
) -> list[MasterView]:
    """Masters with all their sub-cases (one statement for however many there are)."""
    masters = list(masters)
    parts: dict[int, list[Any]] = {}
    for part in MasterPart.objects.filter(master__in=masters).select_related("case"):
        parts.setdefault(part.master_id, []).append(part)  # type: ignore[attr-defined]
    return [_view(master, parts.get(master.pk, []), now, may_open, masked) for master in masters]


def _view(
    master: Master, parts: list[MasterPart], now: datetime, may_open: frozenset[int] | None, masked: bool
) -> MasterView:
    name = masked_name(parts[0].case) if masked and parts else master.applicant_name
    return MasterView(
        master.pk, master.title, master.number or "", master.short_no or "", master.query_code, name,
        master.received_at is None,
        [
            PartRow(
                part.case.pk if may_open is None or part.case.pk in may_open else None,
                line(part.case, now, masked=masked), part.held,
            )
            for part in parts
        ],
        master_clock(_facts(part.case) for part in parts),
    )  # fmt: skip


def _facts(case: Case) -> PartFacts:
    # Before acceptance a case has a date for its notice only, which is no promise.
    promised = case.promised_due if case.accepted_at else None
    return PartFacts(State(case.state), promised, case.legal_due, case.decided_at is not None)
