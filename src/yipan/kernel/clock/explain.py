"""Why a date is what it is, in Chinese lines that an applicant and an auditor can follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .calendar import Calendar
from .limits import UNIT_WORDS, Extension, Limit
from .pauses import Span
from .time import ONE_DAY, WEEKDAYS, aware, show_date, show_days, show_due


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: start, limit, counted, make_up, holiday, weekend, pause, extension, roll, provisional, due."""

    kind: str
    text: str
    days: tuple[date, ...] = ()


def start_line(event: str, start_day: date) -> Line:
    return Line("start", f"{show_date(start_day, weekday=True)}{event}，当日不计入，次日起算", (start_day,))


def counted_lines(calendar: Calendar, limit_unit: str, counted: Sequence[date]) -> list[Line]:
    lines = []
    if counted:
        word = UNIT_WORDS[limit_unit] if limit_unit == "working_days" else "日"
        lines.append(Line("counted", f"计入 {len(counted)} {word}：{show_days(counted)}", tuple(counted)))
    if limit_unit == "working_days":
        for day in counted:
            name = calendar.make_up_name(day)
            if name:
                weekday = WEEKDAYS[day.weekday()]
                lines.append(
                    Line("make_up", f"{day.month}月{day.day}日（周{weekday}）为{name}调休上班日，计入", (day,))
                )
    return lines


def skipped_lines(calendar: Calendar, first: date, last: date) -> list[Line]:
    """Holidays by name and other weekend days in [first, last]; only for limits in working days."""
    holidays: dict[str, list[date]] = {}
    weekend: list[date] = []
    day = first
    while day <= last:
        if not calendar.is_working_day(day):
            name = calendar.holiday_name(day)
            (holidays.setdefault(name, []) if name else weekend).append(day)
        day += ONE_DAY
    lines = [
        Line("holiday", f"{name}放假 {show_days(days)}，{len(days)} 天不计入", tuple(days))
        for name, days in holidays.items()
    ]
    if weekend:
        lines.append(Line("weekend", f"周末 {show_days(weekend)}，{len(weekend)} 天不计入", tuple(weekend)))
    return lines


def pause_line(span: Span, left_out: Sequence[date], unit: str) -> Line:
    reason = "、".join(span.reasons) or "暂停"
    if unit == "hours":
        end = "至今未恢复" if span.end is None else f"至 {aware(span.end):%Y-%m-%d %H:%M}"
        return Line("pause", f"{reason}：{aware(span.start):%Y-%m-%d %H:%M} {end} 暂停计时，不计入")
    last = span.last_day
    word = "个工作日" if unit == "working_days" else "天"
    if last is None:
        return Line("pause", f"{reason}：{show_date(span.first_day)}起暂停计时，尚未恢复（起止当日均不计入）")
    days = show_date(span.first_day) + (f"至{show_date(last)}" if last != span.first_day else "当日")
    text = f"{reason}：{days}暂停计时（起止当日均不计入），扣除 {len(left_out)} {word}"
    return Line("pause", text, tuple(left_out))


def limit_line(limit: Limit) -> Line:
    return Line("limit", f"期限：{limit.shown}")


def extension_line(extension: Extension) -> Line:
    by = f"经{extension.approved_by}批准" if extension.approved_by else "经批准"
    why = f"，理由：{extension.reason}" if extension.reason else ""
    return Line("extension", f"{by}延长 {extension.shown}{why}")


def due_line(at, *, provisional: bool) -> Line:
    note = "（暂停尚未结束，按现在恢复估算）" if provisional else ""
    return Line("due", f"到期：{show_due(at)}{note}")
