"""Marks on the picture of a material (图上标注): made by who has the case at hand, told with the one-time notice.

A mark that is not told is a note among the staff and may be taken back; one that was told stays as it was told.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yipan.platform import files, processes, records
from yipan.platform.files import pages

from ..domain import marks
from ..domain.corrections import Defect, NoticeRefused
from ..models import Case, CaseMaterial, CorrectionNotice, MaterialMark
from ..queries.marks import content
from .core import CaseProblem


def mark(
    case: Case, material_id: int, *, page: int, box: marks.Box, remark: str, actor: records.Actor, now: datetime
) -> MaterialMark:
    """Mark a place of a page. Raises CaseProblem, MarkRefused, or files.Rejected when there is no such page."""
    _check_at_hand(case, actor)
    remark = marks.check_remark(remark)
    with transaction.atomic():
        row = _held(case, material_id)
        if not 1 <= page <= pages.count(*content(case, row)):
            raise files.Rejected("没有这一页")
        if row.marks.count() >= marks.MOST:
            raise CaseProblem(f"一份材料最多标注 {marks.MOST} 处，问题这样多的，请直接写明怎样重新提交。")
        return MaterialMark.objects.create(
            material=row,
            page=page,
            left=box.left,
            top=box.top,
            width=box.width,
            height=box.height,
            remark=remark,
            by_name=actor.name,
            by_account=actor.account_id,
            at=now,
        )


def unmark(case: Case, mark_id: int, *, actor: records.Actor) -> None:
    """Take back a mark that was not told yet. Raises CaseProblem."""
    _check_at_hand(case, actor)
    with transaction.atomic():
        row = MaterialMark.objects.select_for_update(of=("self",)).filter(pk=mark_id, material__case=case).first()
        if row is None:
            raise CaseProblem("这处标注已经删除。")
        if row.notice_id is not None:
            raise CaseProblem("这处标注已经随告知书告知申请人，不能删除。")
        row.delete()


def check_told(case: Case, defects: Sequence[Defect]) -> None:
    """What was marked is told: a notice that leaves a marked material out would break the one-time rule.

    Raises NoticeRefused with every such material.
    """
    named = {defect.material_code for defect in defects}
    marked = MaterialMark.objects.filter(material__case=case, material__replaced=False, notice=None)
    forgotten = dict(marked.exclude(material__code__in=named).values_list("material__code", "material__name"))
    if forgotten:
        raise NoticeRefused(
            f"“{name}”上有图上标注，却没有列入需要补正的内容；请列入，或者先删除标注" for name in forgotten.values()
        )


def tell(notice: CorrectionNotice, defects: Sequence[Defect]) -> int:
    """The marks of the named materials go out with this notice; how many."""
    codes = [defect.material_code for defect in defects if defect.material_code]
    return MaterialMark.objects.filter(
        material__case=notice.case, material__replaced=False, material__code__in=codes, notice=None
    ).update(notice=notice)


def _held(case: Case, material_id: int) -> CaseMaterial:
    row = CaseMaterial.objects.select_for_update().filter(case=case, pk=material_id, replaced=False).first()
    if row is None or row.file_id is None:
        raise CaseProblem("这份材料没有文件，或者已经换了新的一份，请刷新页面。")
    return row


def _check_at_hand(case: Case, actor: records.Actor) -> None:
    task = processes.queries.my_task(("case", str(case.pk)), actor)
    if task is None or not task.may_be_done:
        raise CaseProblem("本件没有由您办理的环节，不能标注。")
