"""The one-time notice (一次性告知): all defects told at once, never a second notice on an old defect.

Source: 行政许可法 (2019) art. 32: incomplete applications are answered on the spot or within five working days with
everything that has to be corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KINDS = {
    "missing": "缺失",
    "unclear": "不清晰",
    "expired": "已过期",
    "inconsistent": "不一致",
    "format": "格式不符",
    "seal": "签章不全",
}


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with one material (or one field of the form) and what the applicant has to do."""

    subject: str
    kind: str
    remedy: str
    material_code: str = ""
    field_key: str = ""

    @property
    def key(self) -> str:
        return self.material_code or f"field:{self.field_key}"

    @property
    def kind_title(self) -> str:
        return KINDS[self.kind]


class NoticeRefused(Exception):
    """A notice that must not be sent; ``faults`` are the reasons in the clerk's words."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("；".join(self.faults))


def late_defects(
    defects: Sequence[Defect],
    *,
    unchanged_since_first: frozenset[str],
    told_before: frozenset[str],
    earlier_notices: int,
) -> list[str]:
    """Subjects of defects that were there to be seen at the first notice and were not told then."""
    if not earlier_notices:
        return []
    return [d.subject for d in defects if d.key in unchanged_since_first and d.key not in told_before]


def check_notice(
    defects: Sequence[Defect],
    *,
    unchanged_since_first: frozenset[str],
    told_before: frozenset[str],
    earlier_notices: int,
    exception_reason: str = "",
) -> None:
    """Refuse an empty, vague or repeated notice.

    ``unchanged_since_first`` are the keys of materials and fields that still are what the first submission had:
    a defect in one of them was there to be seen then, so telling it now breaks the one-time rule unless an exception
    was approved with a reason (it counts as a quality incident). A defect the applicant was told and did not mend
    may be told again.
    """
    faults = []
    if not defects:
        faults.append("请至少列出一项需要补正的内容")
    seen: set[str] = set()
    for defect in defects:
        if defect.kind not in KINDS:
            faults.append(f"“{defect.subject}”的问题类型不正确")
        if len(defect.remedy.strip()) < 4:
            faults.append(f"请写明“{defect.subject}”应当怎样补正")
        if defect.key in seen:
            faults.append(f"“{defect.subject}”列了两次，请合并")
        seen.add(defect.key)
    late = late_defects(
        defects,
        unchanged_since_first=unchanged_since_first,
        told_before=told_before,
        earlier_notices=earlier_notices,
    )
    if late and not exception_reason.strip():
        names = "、".join(f"“{name}”" for name in late)
        faults.append(f"{names}在首次提交时就已存在，应当一次性告知；确需再次告知的，须写明理由申请例外，由他人批准")
    if faults:
        raise NoticeRefused(faults)
