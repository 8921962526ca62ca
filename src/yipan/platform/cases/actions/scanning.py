"""Papers scanned in one go at a window: what belongs to each material becomes one PDF, taken in like an upload."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from yipan.platform import files, records
from yipan.platform.files import joining

from ..domain.states import State
from ..models import Case, CaseMaterial
from . import drafts, tolerance


def take_in(
    case_id: int, stacks: Mapping[str, Sequence[joining.Side]], *, actor: records.Actor, now: datetime
) -> list[str]:
    """``stacks``: sides by the code of their material. All or none; the names of what was taken in.

    Raises files.Rejected or CaseProblem; then nothing is kept.
    """
    if not stacks:
        raise files.Rejected("请先把页面归入材料")
    case = Case.objects.get(pk=case_id)
    names = dict(CaseMaterial.objects.filter(case=case, replaced=False).values_list("code", "name"))
    unknown = [code for code in stacks if code not in names]
    if unknown:
        raise files.Rejected(f"申请中没有这些材料：{'、'.join(unknown)}")
    papers = {code: joining.as_pdf(sides) for code, sides in stacks.items()}
    take = drafts.attach if State(case.state) in drafts.EDITABLE else tolerance.supply
    with transaction.atomic():
        for code, paper in papers.items():
            take(case.pk, code, file=paper, name=f"{names[code]}.pdf", scanned=True, actor=actor, now=now)
    return [names[code] for code in papers]
