"""Special procedures (特别程序, 行政许可法 art. 45) and deemed acceptance (art. 32)."""

from dataclasses import dataclass
from datetime import date, datetime

from .calendar import Calendar
from .due import due
from .limits import Limit
from .pauses import Pause
from .time import aware, day_of, show_due


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """A statutory procedure whose time does not count, for as long as it was planned and no longer.

    `planned` is in working or calendar days after the opening day. When the plan is overrun the clock restarts by
    itself at 00:00 of the day after the last planned day; closing later changes nothing any more."""

    name: str
    opened_at: datetime
    planned: Limit
    closed_at: datetime | None = None

    def restarts_at(self, calendar: Calendar) -> datetime:
        """The instant at which the clock runs again unless the procedure is closed before."""
        at = due(self.planned, self.opened_at, calendar=calendar).at
        assert at is not None  # no pauses were given
        return at

    def pause(self, calendar: Calendar) -> Pause:
        """The pause this procedure causes; always bounded, so a due date can be shown while it is open."""
        end = self.restarts_at(calendar)
        if self.closed_at is not None:
            end = min(end, aware(self.closed_at))
        return Pause(aware(self.opened_at), end, self.name)

    def is_overrun(self, now: datetime, calendar: Calendar) -> bool:
        return aware(self.closed_at or now) >= self.restarts_at(calendar)


def refuse_opening(opened_at: datetime, *, due_at: datetime | None, now: datetime) -> str:
    """Why a special procedure may not be opened at that time, in Chinese; empty when it may.

    It may not be opened after the deadline nor for a time that has passed (sheet 22 c4)."""
    if due_at is not None and aware(opened_at) >= aware(due_at):
        return f"期限已于 {show_due(due_at)} 届满，不能再启动特别程序"
    if day_of(opened_at) < day_of(now):
        return "特别程序不能倒签：开始日期早于今天"
    return ""


@dataclass(frozen=True, slots=True)
class DeemedAcceptance:
    """`turns_at`: instant of 视为受理 without notice; `accept_day`: the day from which the legal clock runs."""

    turns_at: datetime
    accept_day: date
    accept_at: datetime

    def applies(self, *, noticed_at: datetime | None, now: datetime) -> bool:
        """Whether the application counts as accepted: no notice before the limit ended, and it has ended."""
        if noticed_at is not None and aware(noticed_at) < self.turns_at:
            return False
        return aware(now) >= self.turns_at


def deemed_acceptance(received_at: datetime, calendar: Calendar, days: int = 5) -> DeemedAcceptance:
    """Silence of `days` working days after receipt: accepted from the day of receipt (art. 32 (4))."""
    at = due(Limit(days, "working_days"), received_at, calendar=calendar).at
    assert at is not None
    return DeemedAcceptance(at, day_of(received_at), aware(received_at))
