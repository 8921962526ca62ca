"""How values are written on screens, prints and exports: dates, times, money in fen, counts, empty values.

Days and clock times are those of Asia/Shanghai. An empty value is written as a dash, never as "None".
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EMPTY = "—"


def local(value: datetime) -> datetime:
    return value.astimezone(SHANGHAI) if value.tzinfo else value


def day(value: date | datetime | None) -> str:
    """2021-11-08."""
    if value is None:
        return EMPTY
    return (local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """2021-11-08 09:30."""
    return EMPTY if value is None else local(value).strftime("%Y-%m-%d %H:%M")


def long_day(value: date | datetime | None) -> str:
    """2021年11月8日."""
    if value is None:
        return EMPTY
    shown = local(value) if isinstance(value, datetime) else value
    return f"{shown.year}年{shown.month}月{shown.day}日"


def yuan(fen: int | None) -> str:
    """Fen as yuan: 123456 -> "1,234.56 元"."""
    if fen is None:
        return EMPTY
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d} 元"


def number(value: int | Decimal | float | None) -> str:
    return EMPTY if value is None else f"{value:,}"


def dash(value: Any) -> Any:
    """The value, or a dash when there is nothing to show."""
    return EMPTY if value is None or value == "" else value


def plain(value: Any) -> str:
    """Any value of a list cell as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list | tuple):
        return "、".join(plain(part) for part in value) or EMPTY
    return str(dash(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "moment": moment,
    "long_day": long_day,
    "yuan": yuan,
    "number": number,
    "dash": dash,
    "plain": plain,
}
