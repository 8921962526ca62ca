"""Time limits and their extensions."""

import calendar as civil
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Unit = Literal["hours", "working_days", "calendar_days", "months", "years", "fixed_date"]
UNIT_WORDS: dict[str, str] = {
    "hours": "小时",
    "working_days": "个工作日",
    "calendar_days": "日（自然日）",
    "months": "个月",
    "years": "年",
    "fixed_date": "",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` in `unit`; 0 working days is 即办 (by the end of the day). A fixed date carries `day` instead.

    `roll` moves a last day that is no working day to the next working day (民法典 art. 203). It is off unless the
    rule that sets the limit says so: periods that bind an authority are not lengthened by a holiday at their end."""

    amount: int
    unit: Unit = "working_days"
    day: date | None = None
    roll: bool = False

    def __post_init__(self) -> None:
        if self.unit not in UNIT_WORDS:
            raise ValueError(f"不认识的期限单位“{self.unit}”")
        if self.amount < 0:
            raise ValueError("期限不能是负数")
        if (self.unit == "fixed_date") != (self.day is not None):
            raise ValueError("固定日期的期限须给出日期，其他期限不给日期")

    @classmethod
    def until(cls, day: date, *, roll: bool = False) -> "Limit":
        return cls(0, "fixed_date", day, roll)

    @property
    def is_day_based(self) -> bool:
        return self.unit != "hours"

    @property
    def shown(self) -> str:
        if self.day is not None:
            return f"{self.day.isoformat()} 前"
        if self.amount == 0 and self.unit == "working_days":
            return "即办"
        return f"{self.amount} {UNIT_WORDS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Extension:
    """Approved lengthening (延期): added at the end of the limit."""

    amount: int
    unit: Unit = "working_days"
    reason: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.unit not in UNIT_WORDS or self.unit == "fixed_date":
            raise ValueError("延期须为正数，单位为小时、工作日、自然日、月或年")

    @property
    def shown(self) -> str:
        return f"{self.amount} {UNIT_WORDS[self.unit]}"


def add_months(day: date, months: int) -> date:
    """The corresponding day of a later month; its last day when there is none (民法典 art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, civil.monthrange(year, month + 1)[1]))
