"""What one case consists of, for pages and papers; who may read it was decided before."""

from dataclasses import dataclass
from datetime import date, datetime

from yipan.kernel.clock import day_of, show_date, show_due
from yipan.platform import calendar
from yipan.platform import documents as papers

from ..domain.bans import GROUNDS
from ..models import (
    ApplicationBan,
    Case,
    CaseDocument,
    CaseMaterial,
    CorrectionException,
    CorrectionNotice,
    Extension,
    Opinion,
    Phrase,
    Rating,
    Rectification,
    SpecialProcedure,
    SpecialProposal,
    Tolerance,
)
from .reach import CaseNotFound


@dataclass(frozen=True, slots=True)
class MaterialRow:
    id: int
    code: str
    name: str
    required: bool
    source: str
    source_title: str
    file_id: int | None
    check_result: str
    note: str
    round: int
    at: datetime
    facts: dict[str, str]
    valid_to: date | None
    over: bool

    @property
    def pair(self) -> tuple[str, str]:
        return self.code, self.name


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One dated line of a case's story; ``tone`` is ok, now or stop."""

    at: datetime
    title: str
    who: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    id: int
    title: str
    number: str
    at: datetime
    ready: bool
    state_word: str
    read_at: datetime | None = None


def materials(case: Case) -> list[MaterialRow]:
    today = day_of(calendar.now())
    return [
        MaterialRow(
            id=material.pk,
            code=material.code,
            name=material.name,
            required=material.required,
            source=material.source,
            source_title=material.get_source_display() if material.source else "",
            file_id=material.file_id,
            check_result=material.check_result,
            note=material.exempt_reason,
            round=material.round,
            at=material.at,
            facts=material.facts,
            valid_to=material.valid_to,
            over=material.valid_to is not None and material.valid_to < today,
        )
        for material in CaseMaterial.objects.filter(case=case, replaced=False)
    ]


def documents(case: Case, *, for_applicant: bool) -> list[DocumentRow]:
    """The papers of a case; one that still waits for its seal is not ready (two statements)."""
    found = CaseDocument.objects.filter(case=case)
    if for_applicant:
        found = found.filter(for_applicant=True)
    made = papers.queries.refs(d.document_id for d in found if d.document_id is not None)
    rows = []
    for d in found:
        ref = made.get(d.document_id or 0)
        rows.append(
            DocumentRow(
                d.pk,
                d.title,
                d.number,
                d.at,
                ref is not None and ref.ready,
                ref.state_word if ref else "正在生成",
                d.read_at,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """An opinion as pages and the approval sheet show it; a deputy's stands with both names (``who``)."""

    id: int
    column: str
    text: str
    outcome: str
    who: str
    unit: str
    post: str
    at: datetime
    image: bool
    proof: str


def opinions(case: Case) -> list[OpinionRow]:
    """What was written at the tasks of a case, oldest first."""
    return [
        OpinionRow(
            one.pk, one.column, one.text, one.outcome,
            f"{one.person_name}（代{one.deputy_for}）" if one.deputy_for else one.person_name,
            one.unit_name, one.post_name, one.at, one.image_file_id is not None, one.proof,
        )
        for one in Opinion.objects.filter(case=case)
    ]  # fmt: skip


def opinion_image(case: Case, opinion_id: int) -> int:
    """The file of an opinion's handwriting. Raises CaseNotFound."""
    found = Opinion.objects.filter(case=case, pk=opinion_id).values_list("image_file_id", flat=True).first()
    if found is None:
        raise CaseNotFound
    return found


@dataclass(frozen=True, slots=True)
class PhraseRow:
    id: int
    text: str


def phrases(account_id: int | None) -> list[PhraseRow]:
    """A person's own stock phrases in his order."""
    found = Phrase.objects.filter(account_id=account_id).order_by("order", "id")
    return [PhraseRow(*row) for row in found.values_list("id", "text")]


def notices(case: Case) -> list[CorrectionNotice]:
    """Every one-time notice of a case with its defects, newest first (two statements)."""
    return list(CorrectionNotice.objects.filter(case=case).prefetch_related("defects").order_by("-id"))


def open_notice(case: Case) -> CorrectionNotice | None:
    return (
        CorrectionNotice.objects.filter(case=case, answered_at=None).prefetch_related("defects").order_by("-id").first()
    )


def open_specials(case: Case) -> list[SpecialProcedure]:
    return list(SpecialProcedure.objects.filter(case=case, ended_at=None))


def rating(case: Case) -> Rating | None:
    return Rating.objects.filter(case=case).first()


def rectification(case: Case) -> Rectification | None:
    """What follows a bad rating; None where there is none."""
    return Rectification.objects.select_related("rating").filter(case=case).first()


def pending_proposals(case: Case) -> list[SpecialProposal]:
    return list(SpecialProposal.objects.filter(case=case, decided_at=None))


def pending_exceptions(case: Case) -> list[CorrectionException]:
    return list(CorrectionException.objects.filter(case=case, approved=None))


def pending_extensions(case: Case) -> list[Extension]:
    return list(Extension.objects.filter(case=case, approved=None))


@dataclass(frozen=True, slots=True)
class OwedRow:
    """A material that follows a tolerant acceptance; ``state``: owed, supplied, late (broken) or closed."""

    id: int
    code: str
    name: str
    due: datetime | None
    days: int
    state: str
    returned: str
    supplied_at: datetime | None

    @property
    def due_words(self) -> str:
        return show_due(self.due) if self.due else f"准予决定后 {self.days} 个工作日"

    @property
    def open(self) -> bool:
        return self.state in ("owed", "late")


def tolerances(case: Case) -> list[OwedRow]:
    """What a case owes or owed (one statement); nothing for the cases that were accepted with everything."""
    return [
        OwedRow(
            one.pk, one.material_code, one.material_name, one.due, one.days, _owed_state(one), one.returned,
            one.supplied_at,
        )
        for one in Tolerance.objects.filter(case=case)
    ]  # fmt: skip


def _owed_state(one: Tolerance) -> str:
    if one.supplied_at is not None:
        return "supplied"
    if one.closed_at is not None:
        return "closed"
    return "late" if one.breached_at is not None else "owed"


def bans(case: Case) -> list[str]:
    """Bans that came of a case, in words for its unit (one statement)."""
    return [
        f"{GROUNDS[ban.ground]}，{show_date(ban.until)}以前不得再次申请该行政许可"
        for ban in ApplicationBan.objects.filter(case=case)
    ]
