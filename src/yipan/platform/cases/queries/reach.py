"""Whose rows: which cases a reader may open. Decided here and nowhere else, so list, page, search and export agree."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from yipan.platform import calendar, numbers, people, records

from ..domain.applicants import Applicant
from ..domain.states import State
from ..models import (
    Case,
    CorrectionException,
    Extension,
    OpinionRequest,
    SpecialProcedure,
    SpecialProposal,
    Tolerance,
)

NATIONAL_DIGITS = 43
FEW_ASKED = 5000  # cases of other units that a unit was asked about, so many that naming each costs more than a join


class CaseNotFound(Http404):
    """No such case, or not one this reader may see; the two are never told apart."""


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
    """An applicant's cases: his own, joined by person whatever the document or window; those of the minor he guards,
    until that one is of age; or those of the firm he acts for at this moment, in the items his power covers. Whom the
    firm dismissed sees nothing of it any more. Drafts that were thrown away are not shown."""
    there = Case.objects.exclude(state=State.WITHDRAWN, received_at=None)
    if who.entity_id is None:
        return there.filter(applicant_person_id=who.subject_id, applicant_entity_id=None)
    found = there.filter(applicant_entity_id=who.entity_id)
    return found.filter(item_key__in=who.items) if who.items else found


def get_for_staff(case_id: int, actor: records.Actor) -> Case:
    """Raises CaseNotFound, also for cases of other units (the title of a case is not leaked)."""
    return _found(visible(actor), case_id, actor)


def get_proposal(case: Case, proposal_id: int) -> SpecialProposal:
    """A proposal of this very case: the right to read one case opens nothing of another."""
    return part(SpecialProposal.objects.filter(case=case, pk=proposal_id))


def get_special(case: Case, special_id: int) -> SpecialProcedure:
    return part(SpecialProcedure.objects.filter(case=case, pk=special_id))


def get_extension(case: Case, extension_id: int) -> Extension:
    return part(Extension.objects.filter(case=case, pk=extension_id))


def get_exception(case: Case, exception_id: int) -> CorrectionException:
    return part(CorrectionException.objects.filter(case=case, pk=exception_id))


def get_tolerance(case: Case, tolerance_id: int) -> Tolerance:
    return part(Tolerance.objects.filter(case=case, pk=tolerance_id))


def part(rows: QuerySet[Any]) -> Any:
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
        joint=None,
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
