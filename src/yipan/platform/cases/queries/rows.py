"""Cases as lines of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from yipan.kernel import identifiers
from yipan.kernel.clock import Calendar, Light, show_due
from yipan.platform import calendar

from ..domain.states import State
from ..lights import light_of
from ..models import (
    Case,
)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list."""

    id: int
    short_no: str
    case_no: str
    item_title: str
    applicant_name: str
    applicant_kind: str
    unit_name: str
    state: State
    light: Light | None
    due: datetime | None
    received_at: datetime | None
    commitment: bool
    history: bool = False
    entered_late: bool = False  # 补录: its receipt was written by hand

    @property
    def due_by(self) -> str:
        """The last day of the limit while it counts, as officials write it; "" before submission and after the end."""
        if self.due is None or self.light is None:
            return ""
        return show_due(self.due)


@dataclass(frozen=True, slots=True)
class Title:
    """A case as one line of somebody else's list."""

    title: str
    subtitle: str
    light: Light | None


def row(case: Case, now: datetime, *, days: Calendar | None = None, masked: bool = False) -> CaseRow:
    """``masked``: the name of a natural person is shortened, as lists show it; the page shows it and is logged."""
    return CaseRow(
        id=case.pk,
        short_no=case.short_no or ("历史件" if case.history_batch else "草稿"),
        case_no=case.case_no or "",
        item_title=case.item_title,
        applicant_name=masked_name(case) if masked else case.applicant_name,
        applicant_kind=case.applicant_kind,
        unit_name=case.unit_name,
        state=State(case.state),
        light=light_of(case, now, days=days),
        due=case.shown_due,
        received_at=case.received_at,
        commitment=case.commitment,
        history=bool(case.history_batch),
        entered_late=bool(case.paper_receipt),
    )


def masked_name(case: Case) -> str:
    return identifiers.mask_name(case.applicant_name) if case.applicant_kind == "person" else case.applicant_name


def rows(cases: QuerySet[Case], now: datetime, *, masked: bool = False) -> list[CaseRow]:
    """Frozen rows of a bounded query (one statement)."""
    days = calendar.current()
    return [row(case, now, days=days, masked=masked) for case in cases]


def titles(case_ids: Sequence[str]) -> dict[str, Title]:
    """What the to-do shows of cases (one statement)."""
    now, days = calendar.now(), calendar.current()
    found = Case.objects.filter(pk__in=[int(case_id) for case_id in case_ids])
    return {
        str(case.pk): Title(
            case.item_title, f"{masked_name(case)} · {case.short_no or '草稿'}", light_of(case, now, days=days)
        )
        for case in found
    }
