"""Preconditions (前置条件): results of other items without which this one is not granted.

They may still be missing when one applies and while it is examined; the decision waits for them. What counts is a
licence issued here that is valid now and the applicant's, or the material of the case that proves one from elsewhere
(fetched from the library, or handed in and examined).
"""

from dataclasses import dataclass
from datetime import datetime

from yipan.kernel.clock import day_of
from yipan.platform import licences, notices, records

from .. import items
from ..domain.states import UNDECIDED
from ..models import Case, CaseMaterial
from . import messages
from .core import CaseProblem, Work, work_on


@dataclass(frozen=True, slots=True)
class Prior:
    """One precondition of a case; ``number``: of the result that meets it, "" while it is missing."""

    name: str
    basis: str
    number: str


def of(case: Case, terms: items.Terms, now: datetime) -> list[Prior]:
    """The preconditions of a case in their order; one statement each, none for items without."""
    return [Prior(one.name, one.basis, _number(case, one, now)) for one in terms.priors]


def _number(case: Case, prior: "items.PriorResult", now: datetime) -> str:
    held = prior.template and licences.queries.valid_number(
        prior.template,
        person_id=case.applicant_person_id if case.applicant_entity_id is None else None,
        entity_id=case.applicant_entity_id,
        today=day_of(now),
    )
    if held:
        return held
    proofs = CaseMaterial.objects.filter(case=case, replaced=False, code__in=prior.materials).exclude(source="")
    proof = proofs.exclude(valid_to__lt=day_of(now)).first() if prior.materials else None
    return "" if proof is None else proof.licence_ref or proof.get_source_display()


def check(work: Work) -> None:
    """Raises CaseProblem with everything a grant still waits for."""
    terms = items.terms(work.case)
    missing = [one for one in of(work.case, terms, work.now) if not one.number]
    if missing:
        named = "；".join(f"《{one.name}》（{one.basis}）" for one in missing)
        raise CaseProblem(f"申请人还没有取得作为前置条件的有效结果，不能作出准予决定：{named}。取得后会自动关联。")


def came(template: str, *, person_id: int | None, entity_id: int | None, now: datetime) -> int:
    """A licence was issued: the examiners of its holder's cases that waited for it are told; how many."""
    told = 0
    waiting = Case.objects.filter(state__in=UNDECIDED, applicant_entity_id=entity_id)
    if entity_id is None:
        waiting = waiting.filter(applicant_person_id=person_id)
    for case in waiting.order_by("pk"):
        prior = next((one for one in items.terms(case).priors if one.template == template), None)
        if prior is None:
            continue
        with work_on(case.pk, records.SYSTEM, now):
            examiners = [notices.Role("examiner", unit_id=case.unit_id)]
            number = _number(case, prior, now)
            messages.tell(case, examiners, "case.prior_came", now, name=prior.name, number=number)
            records.act(
                chain=("case", str(case.pk)), verb="case.prior_came", actor=records.SYSTEM, at=now,
                subject=("case", str(case.pk)), reason=prior.name,
            )  # fmt: skip
        told += 1
    return told
