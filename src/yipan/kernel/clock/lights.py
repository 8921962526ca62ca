"""Lights and remaining time, counted the same on every list, message, export and page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from .calendar import Calendar
from .limits import Limit
from .pauses import Pause, touched_days
from .time import ONE_DAY, aware, day_of, last_day_before, midnight

Code = Literal["black", "red", "yellow", "green", "paused"]
# From the most to the least urgent, as figures and choices show them.
WORDS: dict[Code, str] = {
    "black": "超法定时限",
    "red": "超承诺时限",
    "yellow": "临期",
    "green": "正常",
    "paused": "计时暂停",
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a clock turns yellow: at most this share of the limit is left, or at most this many working days."""

    yellow_share: Fraction = Fraction(1, 3)
    yellow_working_days: int = 1


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Remaining:
    """Time left. `working_days` and `days` count the days after today up to the last day (0: it ends today);
    negative: days since the last day. `late` says whether the due instant has passed."""

    late: bool
    working_days: int
    days: int
    hours: int

    @property
    def shown(self) -> str:
        if self.late:
            return f"已逾期 {-self.working_days} 个工作日" if self.working_days else "已逾期"
        return (
            f"剩余 {self.working_days} 个工作日"
            if self.working_days
            else "今日到期"
            if not self.days
            else "休息日内到期"
        )


@dataclass(frozen=True, slots=True)
class Light:
    """`code` for style, `word` for people who do not see colours, `text` with the remaining time."""

    code: Code
    word: str
    text: str
    remaining: Remaining | None

    @property
    def is_overdue(self) -> bool:
        return self.code in ("red", "black")


def remaining(at: datetime, *, now: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Remaining:
    """Time left until the due instant. `pauses` matter only where they reach into the future (planned ones)."""
    at, now = aware(at), aware(now)
    today, last = day_of(now), last_day_before(at)
    late = now >= at
    left_out: set[date] = set()
    if not late:
        left_out = touched_days(pauses, today + ONE_DAY, last) if last > today else set()
    return Remaining(
        late=late,
        working_days=calendar.working_days_between(today, last) - sum(calendar.is_working_day(d) for d in left_out),
        days=(last - today).days - len(left_out),
        hours=int((at - now).total_seconds() // 3600),
    )


def _is_yellow(left: Remaining, limit: Limit | None, total: int | None, thresholds: Thresholds) -> bool:
    if limit is not None and limit.unit == "hours":
        return Fraction(left.hours) <= thresholds.yellow_share * (total or limit.amount)
    if left.working_days <= thresholds.yellow_working_days:
        return True
    if limit is None or limit.day is not None:
        return False
    whole = total if total is not None else limit.amount
    days = left.working_days if limit.unit == "working_days" else left.days
    return Fraction(days) <= thresholds.yellow_share * whole


def yellow_from(
    at: datetime,
    *,
    calendar: Calendar,
    limit: Limit | None = None,
    total: int | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> datetime:
    """The instant from which a clock that ends at ``at`` is yellow, so that lists can be asked for a light.

    ``total``: the limit with its extensions, in its own unit. ``light`` gives yellow from this instant until ``at``."""
    at = aware(at)
    if limit is not None and limit.unit == "hours":
        share = thresholds.yellow_share * (total or limit.amount)
        return at - timedelta(hours=int(share) + 1) + timedelta(microseconds=1)
    day = last_day_before(at)
    while _is_yellow(_left(at, day - ONE_DAY, calendar), limit, total, thresholds):
        day -= ONE_DAY
    return midnight(day)


def _left(at: datetime, today: date, calendar: Calendar) -> Remaining:
    return remaining(at, now=midnight(today), calendar=calendar)


def light(
    at: datetime | None,
    *,
    now: datetime,
    calendar: Calendar,
    limit: Limit | None = None,
    total: int | None = None,
    legal_at: datetime | None = None,
    paused: bool = False,
    pauses: Iterable[Pause] = (),
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    yellow_at: datetime | None = None,
) -> Light:
    """The light of a clock.

    `at` is the promised due instant (None while paused without a known end), `legal_at` the legal one: after `at`
    the light is red, after `legal_at` black. `limit` and `total` (days with extensions, `Due.total`) give the share
    for yellow; without them only the last working days turn it yellow. Who has kept the instant (`yellow_from`) gives
    it as `yellow_at` instead."""
    pauses = list(pauses)
    now = aware(now)
    if at is None and legal_at is None:
        return Light("paused", WORDS["paused"], WORDS["paused"], None)
    at = at if at is not None else legal_at
    assert at is not None
    left = remaining(at, now=now, calendar=calendar, pauses=pauses)
    code: Code
    if legal_at is not None and now >= aware(legal_at):
        code = "black"
        left = remaining(legal_at, now=now, calendar=calendar) if at >= legal_at else left
    elif left.late:
        code = "red"
    elif paused:
        code = "paused"
    elif now >= aware(yellow_at) if yellow_at is not None else _is_yellow(left, limit, total, thresholds):
        code = "yellow"
    else:
        code = "green"
    hours = limit is not None and limit.unit == "hours" and not left.late
    text = f"剩余 {left.hours} 小时" if hours else left.shown
    return Light(code, WORDS[code], text, left)
