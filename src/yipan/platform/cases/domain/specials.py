"""Special procedures (特别程序): which kinds stop the clock, and what must be told to the applicant.

Source: 行政许可法 (2019) art. 45; kinds 9 and 10 only where a special law excludes their time.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

KINDS = {
    1: "听证",
    2: "招标",
    3: "拍卖",
    4: "检验",
    5: "检测",
    6: "检疫",
    7: "鉴定",
    8: "专家评审",
    9: "现场勘验、技术审查",
    10: "公示",
    99: "其他",
}
STATUTORY = frozenset(range(1, 9))
LONGEST = 120  # working days, where the item says nothing


class SpecialRefused(Exception):
    """A special procedure that must not be opened; the text says why."""


def check_order(
    *,
    kind: int,
    longest: Mapping[int, int],
    planned_days: int,
    basis: str,
    requested_by: int | None,
    approvers: Collection[int],
    now: datetime,
    promised_due: datetime | None,
    legal_due: datetime | None,
) -> None:
    """Raise SpecialRefused for a kind the item does not know, a missing basis, self-approval, or an overdue case.

    A procedure cannot be opened after the deadline, because it would only hide that the case is late; opening it
    for an earlier day is impossible, because its start is always the moment of the act. ``longest``: the working days
    the item gives each of its kinds (0: the general limit). ``approvers`` are the person
    who approves and the one he deputises for: a deputy inherits the separation of duties.
    """
    if kind not in KINDS:
        raise SpecialRefused("请选择特别程序的种类")
    if kind not in longest:
        raise SpecialRefused(f"本事项的实施清单没有规定“{KINDS[kind]}”，不能以此停止计时")
    most = longest[kind] or LONGEST
    if not 1 <= planned_days <= most:
        raise SpecialRefused(f"计划用时应当为 1 至 {most} 个工作日")
    if len(basis.strip()) < 4:
        raise SpecialRefused("请写明启动特别程序的依据条款")
    if requested_by is not None and requested_by in approvers:
        raise SpecialRefused("启动特别程序须经他人批准，申请人与批准人不能是同一人")
    deadline = min((due for due in (promised_due, legal_due) if due is not None), default=None)
    if deadline is not None and now >= deadline:
        raise SpecialRefused("办件已超过期限，不能再启动特别程序")
