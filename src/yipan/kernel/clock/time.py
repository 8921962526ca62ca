"""Days and instants: a day begins and ends in Asia/Shanghai, whatever zone the server or a stored value uses."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
WEEKDAYS = "一二三四五六日"


def midnight(day: date) -> datetime:
    """00:00 of the day in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def end_of_day(day: date) -> datetime:
    """24:00 of the day, which is 00:00 of the next."""
    return midnight(day + ONE_DAY)


def aware(at: datetime) -> datetime:
    """The instant on Shanghai's clock. Raises ValueError for a time without zone: guessing one would move dates."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"时间缺少时区：{at.isoformat()}")
    return at.astimezone(SHANGHAI)


def day_of(at: datetime) -> date:
    return aware(at).date()


def last_day_before(at: datetime) -> date:
    """The last day that ends at or before the instant, or contains it: 00:00 on the 10th gives the 9th."""
    return (aware(at) - INSTANT).date()


def show_date(day: date, *, weekday: bool = False) -> str:
    """2021年9月24日（周五）; of an instant, its day in Shanghai."""
    if isinstance(day, datetime):
        day = day_of(day)
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}（周{WEEKDAYS[day.weekday()]}）" if weekday else text


def show_due(at: datetime) -> str:
    """A due instant as officials write it: midnight is 24:00 of the day before."""
    at = aware(at)
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return f"{(at - ONE_DAY).date().isoformat()} 24:00"
    return at.strftime("%Y-%m-%d %H:%M")


def show_days(days: Sequence[date]) -> str:
    """Days as short Chinese text; neighbouring days are drawn together: 10月1日至7日、10月9日."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    parts = []
    for first, last in runs:
        text = f"{first.month}月{first.day}日"
        if last != first:
            text += f"至{last.day}日" if last.month == first.month else f"至{last.month}月{last.day}日"
        parts.append(text)
    return "、".join(parts)
