"""Every read of cases. The reader's rows are decided here and nowhere else, so list, page, search and export agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from yipan.kernel import identifiers
from yipan.kernel.clock import Calendar, Light, day_of, show_due
from yipan.platform import calendar, numbers, people, records
from yipan.platform import documents as papers

from .domain.applicants import Applicant
from .domain.states import State
from .lights import light_of
from .models import (
    Case,
    CaseDocument,
    CaseMaterial,
    CorrectionException,
    CorrectionNotice,
    Extension,
    Opinion,
    OpinionRequest,
    Phrase,
    Rating,
    Rectification,
    SpecialProcedure,
    SpecialProposal,
    Tolerance,
)

NATIONAL_DIGITS = 43
FEW_ASKED = 5000  # cases of other units that a unit was asked about, so many that naming each costs more than a join


class CaseNotFound(Http404):
    """No such case, or not one this reader may see; the two are never told apart."""


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

    @property
    def due_by(self) -> str:
        """The last day of the limit while it counts, as officials write it; "" before submission and after the end."""
        if self.due is None or self.light is None:
            return ""
        return show_due(self.due)


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
class Title:
    """A case as one line of somebody else's list."""

    title: str
    subtitle: str
    light: Light | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    id: int
    title: str
    number: str
    at: datetime
    ready: bool
    state_word: str


# -- whose rows ------------------------------------------------------------------------------------------------------
def visible(actor: records.Actor) -> QuerySet[Case]:
    """The cases a member of staff may read: by unit scope, or because he was asked for an opinion on them. What was
    never handed in is the applicant's alone."""
    scope = people.scope_filter(actor, "case.read")
    rows = Case.objects.filter(received_at__isnull=False)
    if scope.kind == "district":
        return rows
    # While they are few, ids and no subquery: so the planner knows how few, and keeps to the unit's index without any.
    asked = OpinionRequest.objects.filter(unit_key__in=scope.unit_keys)
    ids = list(asked.values_list("case_id", flat=True).distinct()[: FEW_ASKED + 1])
    own = Q(unit_id__in=scope.unit_ids)
    if len(ids) > FEW_ASKED:
        return rows.filter(own | Exists(asked.filter(case=OuterRef("pk"))))
    return rows.filter(own | Q(pk__in=ids)) if ids else rows.filter(own)


def own(who: "people.access.Principal") -> QuerySet[Case]:
    """An applicant's cases: his own, joined by person whatever the document or window; or those of the firm he acts for
    at this moment, in the items his power covers. Whom the firm dismissed sees nothing of it any more. Drafts that were
    thrown away are not shown."""
    there = Case.objects.exclude(state=State.WITHDRAWN, received_at=None)
    if who.entity_id is None:
        return there.filter(applicant_person_id=who.person_id, applicant_entity_id=None)
    found = there.filter(applicant_entity_id=who.entity_id)
    return found.filter(item_key__in=who.items) if who.items else found


def get_for_staff(case_id: int, actor: records.Actor) -> Case:
    """Raises CaseNotFound, also for cases of other units (the title of a case is not leaked)."""
    return _found(visible(actor), case_id, actor)


def get_proposal(case: Case, proposal_id: int) -> SpecialProposal:
    """A proposal of this very case: the right to read one case opens nothing of another."""
    return _part(SpecialProposal.objects.filter(case=case, pk=proposal_id))


def get_special(case: Case, special_id: int) -> SpecialProcedure:
    return _part(SpecialProcedure.objects.filter(case=case, pk=special_id))


def get_extension(case: Case, extension_id: int) -> Extension:
    return _part(Extension.objects.filter(case=case, pk=extension_id))


def get_exception(case: Case, exception_id: int) -> CorrectionException:
    return _part(CorrectionException.objects.filter(case=case, pk=exception_id))


def _part(rows: QuerySet[Any]) -> Any:
    found = rows.first()
    if found is None:
        raise CaseNotFound
    return found


def get_own(case_id: int, who: "people.access.Principal") -> Case:
    return _found(own(who), case_id, records.Actor(who.account_id, who.person_id, who.name))


def _found(rows: QuerySet[Case], case_id: int, actor: records.Actor) -> Case:
    """The case, or CaseNotFound; trying to read somebody else's leaves a record of who did."""
    case = rows.filter(pk=case_id).first()
    if case is not None:
        return case
    if Case.objects.filter(pk=case_id).exists():
        with transaction.atomic():
            records.act(
                chain=("account", str(actor.account_id)),
                verb="case.refused_reading",
                actor=actor,
                at=calendar.now(),
                subject=("case", str(case_id)),
            )
    raise CaseNotFound


def at_counter(actor: records.Actor) -> QuerySet[Case]:
    """What a window may open: drafts it began itself, and cases of the units it receives for."""
    scope = people.scope_filter(actor, "case.receive")
    begun = Q(received_by_id=actor.account_id) & Q(received_by_id__isnull=False)
    if scope.kind == "district":
        return Case.objects.filter(begun | Q(received_at__isnull=False))
    return Case.objects.filter(begun | Q(unit_id__in=scope.unit_ids, received_at__isnull=False))


def get_at_counter(case_id: int, actor: records.Actor) -> Case:
    return _found(at_counter(actor), case_id, actor)


def of_client(client: Applicant, actor: records.Actor) -> QuerySet[Case]:
    """The drafts and cases of the one who stands at the window, newest first."""
    found = at_counter(actor)
    found = (
        found.filter(applicant_entity_id=client.entity_id)
        if client.entity_id is not None
        else found.filter(applicant_person_id=client.person_id)
    )
    return found.exclude(state=State.WITHDRAWN).order_by("-id")[:20]


def same_draft(item_key: str, answers: dict[str, Any], applicant: Applicant, *, receiver: int | None) -> Case | None:
    """The open draft of the same applicant for the same answers, so that coming back continues instead of doubling."""
    found = Case.objects.filter(
        item_key=item_key,
        state=State.DRAFT,
        answers=answers,
        applicant_person_id=applicant.person_id,
        applicant_entity_id=applicant.entity_id,
        received_by_id=receiver,
    )
    if receiver is None:
        found = found.filter(applicant_account_id=applicant.account_id)
    return found.order_by("-id").first()


def by_code(short_no: str, query_code: str) -> Case | None:
    """Progress for somebody with number and code; a number alone opens nothing, because numbers can be guessed."""
    code = numbers.normalise_short(query_code)
    national = short_no.strip().upper()
    if len(national) == NATIONAL_DIGITS and code:
        return Case.objects.filter(case_no=national, query_code=code).first()
    number = numbers.normalise_short(short_no)
    if not number or not code:
        return None
    return Case.objects.filter(short_no=number, query_code=code).first()


# -- rows ------------------------------------------------------------------------------------------------------------
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
    )


def masked_name(case: Case) -> str:
    return identifiers.mask_name(case.applicant_name) if case.applicant_kind == "person" else case.applicant_name


def rows(cases: QuerySet[Case], now: datetime, *, masked: bool = False) -> list[CaseRow]:
    """Frozen rows of a bounded query (one statement)."""
    days = calendar.current()
    return [row(case, now, days=days, masked=masked) for case in cases]


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
                d.pk, d.title, d.number, d.at, ref is not None and ref.ready, ref.state_word if ref else "正在生成"
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


def get_tolerance(case: Case, tolerance_id: int) -> Tolerance:
    return _part(Tolerance.objects.filter(case=case, pk=tolerance_id))
