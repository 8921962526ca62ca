"""Rates over cases, each with the numbers it is made of, so that a screen can open the cases behind it.

``KINDS`` are the sets of cases that figures count and the list of cases filters by, so that both always agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from .actions.rectifying import BAD
from .domain.delivery import WAYS
from .domain.states import State
from .models import Case, CaseMaterial, CorrectionNotice, Rectification, SpecialProcedure, Tolerance, same_applicant

# What of government's own papers an applicant had to bring after all.
ASKED = (
    CaseMaterial.Source.UPLOADED, CaseMaterial.Source.PAPER, CaseMaterial.Source.REUSED, CaseMaterial.Source.DEFERRED,
    CaseMaterial.Source.COMMITMENT,
)  # fmt: skip
NOT_FETCHED = "没有调取"
# How long a broken promise is remembered when the next one is offered.
REMEMBERED = timedelta(days=730)


def _of(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(case=OuterRef("pk"))))


KINDS: dict[str, tuple[str, Q]] = {
    "on_time": ("承诺期限内作出决定", Q(decided_at__isnull=False) & Q(decided_at__lt=F("promised_due"))),
    "late": ("超过承诺期限作出决定", Q(decided_at__gte=F("promised_due"))),
    "refused_acceptance": ("不予受理", Q(state=State.ACCEPTANCE_REFUSED)),
    "deemed": ("逾期未告知视为受理", Q(acceptance="deemed")),
    "corrected": ("一次性告知补正", _of(CorrectionNotice.objects.all())),
    "told_again": ("二次告知", _of(CorrectionNotice.objects.filter(exception__isnull=False))),
    "special": ("有特别程序", _of(SpecialProcedure.objects.all())),
    "tolerated": ("容缺受理", _of(Tolerance.objects.all())),
    "broken": ("容缺承诺逾期", _of(Tolerance.objects.filter(breached_at__isnull=False))),
    "asked": (
        "政府部门核发的材料没有免提交",
        _of(CaseMaterial.objects.filter(government=True, replaced=False, source__in=ASKED)),
    ),
    "reused": ("有复用的材料", _of(CaseMaterial.objects.filter(replaced=False, source=CaseMaterial.Source.REUSED))),
    "delivered_on_time": (
        "按期送达",
        Q(delivered_at__isnull=False, delivery__due__isnull=False) & Q(delivered_at__lt=F("delivery__due")),
    ),
    "delivered_late": ("逾期送达", Q(delivered_at__isnull=False) & Q(delivered_at__gte=F("delivery__due"))),
    **{f"by_{way}": (f"送达方式：{title}", Q(delivery_way=way)) for way, title in WAYS.items()},
    "bad_rating": ("差评", Q(rating__grade__lte=BAD)),
    "rectified": (
        "差评按期整改",
        _of(Rectification.objects.filter(answered_at__isnull=False, answered_at__lt=F("rectify_due"))),
    ),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """One set of cases: how many, and of which whole."""

    key: str
    title: str
    share: "Share"


def counted(cases: QuerySet[Case]) -> tuple[int, list[Counted]]:
    """How many cases there are and how many are in each of ``KINDS`` (one statement). What can only be told of decided
    cases is a share of those."""
    sums = Case.objects.filter(pk__in=cases.values("pk")).aggregate(
        whole=Count("pk"),
        decided=Count("pk", filter=Q(decided_at__isnull=False)),
        delivered=Count("pk", filter=Q(delivered_at__isnull=False)),
        timed=Count("pk", filter=Q(delivered_at__isnull=False, delivery__due__isnull=False)),
        rated=Count("pk", filter=Q(rating__isnull=False)),
        badly_rated=Count("pk", filter=Q(rating__grade__lte=BAD)),
        **{f"n_{key}": Count("pk", filter=condition) for key, (_, condition) in KINDS.items()},
    )
    whole = {"on_time": "decided", "late": "decided", "bad_rating": "rated", "rectified": "badly_rated"}
    whole |= {"delivered_on_time": "timed", "delivered_late": "timed"} | {f"by_{way}": "delivered" for way in WAYS}
    found = [
        Counted(key, title, Share(sums[f"n_{key}"], sums[whole.get(key, "whole")])) for key, (title, _) in KINDS.items()
    ]
    return sums["whole"], found


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


@dataclass(frozen=True, slots=True)
class Exemption:
    """How much of what government issued was not asked for in an item; ``reasons``: why the rest was, with numbers."""

    item_key: str
    item_title: str
    unit_name: str
    share: Share
    cases: int
    reasons: dict[str, int]


def exemption_by_item(cases: QuerySet[Case]) -> list[Exemption]:
    """免提交率 by item over some cases (two statements): of the materials that government issued, those the applicant
    did not have to bring. Items with the lowest rate first, for they are what to work on."""
    rows = CaseMaterial.objects.filter(government=True, replaced=False, case__in=cases)
    asked = Q(source__in=ASKED)
    items = rows.values("case__item_key", "case__item_title", "case__unit_name").annotate(
        whole=Count("id"), part=Count("id", filter=~asked), cases=Count("case", distinct=True)
    )
    reasons: dict[str, dict[str, int]] = {}
    for key, reason, number in (
        rows.filter(asked).values_list("case__item_key", "exempt_reason").annotate(number=Count("id"))
    ):
        reasons.setdefault(key, {})[reason or NOT_FETCHED] = number
    found = [
        Exemption(
            one["case__item_key"], one["case__item_title"], one["case__unit_name"], Share(one["part"], one["whole"]),
            one["cases"], dict(sorted(reasons.get(one["case__item_key"], {}).items(), key=lambda pair: -pair[1])),
        )
        for one in items
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.share.rate, one.item_title))


def broken_promises(case: Case, now: datetime) -> int:
    """How many tolerances the applicant of a case did not keep within the last two years, in whatever case."""
    return Tolerance.objects.filter(same_applicant(case), breached_at__gte=now - REMEMBERED).count()
