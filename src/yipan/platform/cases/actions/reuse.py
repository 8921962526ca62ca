"""What somebody handed in once is not asked for again (材料复用): same holder, same kind of paper, still valid.

An offer is a file of a case that was handed in, not told as a defect, not older than the item lets it be, and not past
its own day. Taking an offer copies the file into the new case, which keeps where it came from.
"""

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from yipan.kernel import clock
from yipan.platform import files, records

from .. import items
from ..models import Case, CaseMaterial, same_applicant
from . import drafts
from .core import CaseProblem, work_on

SOURCES = (CaseMaterial.Source.UPLOADED, CaseMaterial.Source.PAPER, CaseMaterial.Source.REUSED)
MOST_OFFERS = 3  # of each material, the newest
DAYS_OF_A_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Offer:
    """One paper that may serve again. ``since`` is when it was first handed in."""

    material_id: int
    code: str
    name: str
    item_title: str
    short_no: str
    since: datetime
    valid_to: date | None


def offers(
    case: Case, terms: items.Terms, now: datetime, *, only_items: Collection[str] = ()
) -> dict[str, list[Offer]]:
    """Offers by material code (one statement). ``only_items``: an agent sees the firm's papers of his items only."""
    needs = {need.kind: need for need in terms.materials if need.reuse}
    found: dict[str, list[Offer]] = {}
    if not needs:
        return found
    rows = _usable(case, now).filter(kind__in=list(needs)).select_related("case", "reused_from")
    if only_items:
        rows = rows.filter(case__item_key__in=list(only_items))
    seen: set[tuple[str, str]] = set()
    for row in rows.order_by("-id")[:100]:
        need, since = needs[row.kind], _since(row)
        assert need.reuse is not None, "only needs with a rule were asked for"
        some = found.setdefault(need.code, [])
        fresh = since >= now - timedelta(days=need.reuse.months * DAYS_OF_A_MONTH)
        if not fresh or len(some) == MOST_OFFERS or (need.code, row.sha256) in seen:
            continue
        seen.add((need.code, row.sha256))
        some.append(
            Offer(row.pk, need.code, row.name, row.case.item_title, row.case.short_no or "", since, row.valid_to)
        )
    return {code: some for code, some in found.items() if some}


def _usable(case: Case, now: datetime) -> QuerySet[CaseMaterial]:
    """Papers of the same holder that were handed in and found good, and are valid today."""
    today = clock.day_of(now)
    return (
        CaseMaterial.objects.filter(
            same_applicant(case),
            Q(valid_to=None) | Q(valid_to__gte=today),
            case__received_at__isnull=False,
            replaced=False,
            file_id__isnull=False,
            source__in=SOURCES,
        )
        .exclude(check_result="defect")
        .exclude(case=case)
    )


def _since(row: CaseMaterial) -> datetime:
    """When the paper was first handed in: using it again does not make it younger."""
    return row.reused_from.at if row.reused_from is not None else row.at


def reuse(case_id: int, code: str, material_id: int, *, actor: records.Actor, now: datetime) -> CaseMaterial:
    """Use an offered paper for a material. Raises CaseProblem when it is not offered (any more)."""
    case = Case.objects.get(pk=case_id)
    offered = {offer.material_id for offer in offers(case, items.terms(case), now).get(code, [])}
    if material_id not in offered:
        raise CaseProblem("这份材料不能复用：可能已经过期、被退回，或者不属于本申请人。请重新上传。")
    earlier = CaseMaterial.objects.select_related("case", "reused_from").get(pk=material_id)
    assert earlier.file_id is not None, "only materials with a file are offered"
    owner = ("case", earlier.case.pk)
    content, name = files.read(earlier.file_id, owner), files.ref(earlier.file_id, owner).name
    day = clock.show_date(_since(earlier))
    with work_on(case_id, actor, now) as work:
        drafts.editable(work.case)
        stored = files.store(io.BytesIO(content), name=name, owner=("case", str(case_id)), actor=actor, at=now)
        return drafts.replace(
            work.case,
            code,
            now,
            source=CaseMaterial.Source.REUSED,
            file_id=stored.id,
            sha256=stored.sha256,
            valid_to=earlier.valid_to,
            reused_from=earlier.reused_from or earlier,
            exempt_reason=f"复用{day}在办件 {earlier.case.short_no} 提交的材料",
        )
