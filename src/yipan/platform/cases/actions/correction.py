"""The applicant's answer to a one-time notice."""

from .. import items, sheets
from ..models import CaseMaterial, CorrectionNotice
from . import clocks, disputes, submission, tolerance
from .core import CaseProblem, Work


def submit_correction(work: Work) -> None:
    """Hand in the corrected materials. Raises CaseProblem naming every defect that was not touched."""
    notice = CorrectionNotice.objects.filter(case=work.case, answered_at=None).order_by("-id").first()
    if notice is None:
        raise CaseProblem("没有等待补正的告知书。")
    untouched = []
    for defect in notice.defects.all():
        if defect.material_code:
            newer = CaseMaterial.objects.filter(
                case=work.case, code=defect.material_code, replaced=False, at__gte=notice.at
            )
            mended = newer.exclude(source="").exists()
        else:
            mended = sheets_changed(work, notice)
        if not mended:
            untouched.append(defect.subject)
    if untouched:
        raise CaseProblem("还没有补正：" + "、".join(untouched))
    submission.check_valid(work.case, work.now)
    notice.answered_at = work.now
    notice.save(update_fields=["answered_at"])
    clocks.refresh(work.case, items.terms(work.case))
    work.act("submit_correction", payload={"notice": notice.number})
    tolerance.order_promise(work)
    disputes.open_contested(work)


def sheets_changed(work: Work, notice: CorrectionNotice) -> bool:
    """Whether the form was saved anew after the notice."""
    saved = sheets.form_saved_at(work.case)
    return saved is not None and saved >= notice.at
