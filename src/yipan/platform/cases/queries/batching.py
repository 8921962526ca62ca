"""What a batch of cases looks like to its actor: which of them an act can be done on, and why not with the others.

As many statements for two hundred cases as for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.platform import processes, records

from ..domain.batching import ACTS, BatchAct, Facts, Verdict, verdict
from ..domain.states import State
from ..models import Batch, BatchLine, Case, CaseMaterial, Dispatch
from .reach import CaseNotFound, visible
from .rows import masked_name


@dataclass(frozen=True, slots=True)
class PreviewLine:
    case_id: int
    title: str
    subtitle: str
    state: str
    verdicts: dict[str, Verdict]


def mine(batch_id: int, actor: records.Actor) -> Batch:
    """A batch of the actor's own. Raises CaseNotFound."""
    found = Batch.objects.filter(pk=batch_id, account_id=actor.account_id).first()
    if found is None:
        raise CaseNotFound
    return found


def preview(batch: Batch, actor: records.Actor) -> list[PreviewLine]:
    """Every case with what each act says of it. A case that is not to be seen any more is left out."""
    ids = list(BatchLine.objects.filter(batch=batch).values_list("case_id", flat=True))
    cases = {case.pk: case for case in visible(actor).filter(pk__in=ids)}
    found = facts(list(cases.values()), actor)
    return [
        PreviewLine(
            pk, cases[pk].item_title, f"{masked_name(cases[pk])} · {cases[pk].short_no}", State(cases[pk].state).title,
            {key: verdict(act, found[pk]) for key, act in ACTS.items()},
        )
        for pk in ids
        if pk in cases
    ]  # fmt: skip


def facts(cases: Sequence[Case], actor: records.Actor) -> dict[int, Facts]:
    ids = [case.pk for case in cases]
    tasks = processes.offering.of_subjects("case", ids, actor)
    deferred = CaseMaterial.objects.filter(
        case__in=ids, replaced=False, source=CaseMaterial.Source.DEFERRED
    ).values_list("case_id", flat=True)
    follows = set(deferred)
    under_way = set(Dispatch.objects.filter(case__in=ids, state__in=("ordered", "sent")).values_list("case", flat=True))
    return {
        case.pk: Facts(
            State(case.state), case.e_service, case.pk in under_way, case.pk in follows,
            [(t.id, t.name, t.act, t.outcomes, t.applicant_step, t.why) for t in tasks[case.pk]],
        )
        for case in cases
    }  # fmt: skip


def offered(lines: Sequence[PreviewLine]) -> list[tuple[BatchAct, int]]:
    """The acts that at least one case allows, each with how many do."""
    found = [(act, sum(not line.verdicts[key].why for line in lines)) for key, act in ACTS.items()]
    return [(act, number) for act, number in found if number]
