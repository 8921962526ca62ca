"""Rates over cases, each with the numbers it is made of, so that a screen can open the cases behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from .models import Case, CorrectionNotice, Tolerance

# How long a broken promise is remembered when the next one is offered.
REMEMBERED = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Share:
    """A rate with what it is made of."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        return self.part / self.whole if self.whole else 0.0


def second_notices(since: datetime, until: datetime, unit_ids: Sequence[int] | None = None) -> Share:
    """二次告知率: of the cases with a correction notice in a time, those told again what was there to be seen at first
    (each by an approved exception, a quality incident)."""
    told = CorrectionNotice.objects.filter(at__gte=since, at__lt=until)
    if unit_ids is not None:
        told = told.filter(case__unit_id__in=list(unit_ids))
    counted = told.aggregate(
        whole=Count("case", distinct=True), part=Count("case", filter=Q(exception__isnull=False), distinct=True)
    )
    return Share(counted["part"], counted["whole"])


def tolerance_kept(since: datetime, until: datetime, unit_ids: Sequence[int] | None = None) -> Share:
    """容缺兑现率: of the promises that ended in a time, those kept on their day. A promise that lapsed with its case
    counts for neither."""
    ended = Tolerance.objects.filter(
        Q(breached_at__gte=since, breached_at__lt=until)
        | Q(breached_at=None, supplied_at__gte=since, supplied_at__lt=until)
    )
    if unit_ids is not None:
        ended = ended.filter(case__unit_id__in=list(unit_ids))
    counted = ended.aggregate(whole=Count("id"), part=Count("id", filter=Q(breached_at=None)))
    return Share(counted["part"], counted["whole"])


def broken_promises(case: Case, now: datetime) -> int:
    """How many tolerances the applicant of a case did not keep within the last two years, in whatever case."""
    whose = (
        Q(case__applicant_entity_id=case.applicant_entity_id)
        if case.applicant_entity_id is not None
        else Q(case__applicant_entity_id=None, case__applicant_person_id=case.applicant_person_id)
    )
    return Tolerance.objects.filter(whose, breached_at__gte=now - REMEMBERED).count()
