"""The business clock: real time in production; shifted or standing still in demo and test databases.

The shift is one row, read at most every few seconds per process. Production never reads it.
"""

import time
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from yipan.kernel.clock import SHANGHAI, day_of
from yipan.platform import records

# Another process may set the clock; everybody follows within this many seconds. Tests roll their databases back and
# must not remember.
REMEMBERED_FOR = 2.0
_NO_SHIFT = (timedelta(0), None)
_known: tuple[float, tuple[timedelta, datetime | None]] | None = None


class ClockRefused(Exception):
    """The business clock of this database may not be set; the text is Chinese."""


def real_now() -> datetime:
    """The real time; for sessions, tokens, signatures and everything that leaves the house."""
    return datetime.now(UTC).astimezone(SHANGHAI)


def _setting() -> tuple[timedelta, datetime | None]:
    global _known
    if settings.ENVIRONMENT == "production":
        return _NO_SHIFT
    instant = time.monotonic()
    if _known is not None and instant - _known[0] < REMEMBERED_FOR and settings.ENVIRONMENT != "test":
        return _known[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT shift, frozen_at FROM calendar_businessclock WHERE id = 1")
        row = cursor.fetchone()
    setting = (row[0], row[1]) if row else _NO_SHIFT
    _known = (instant, setting)
    return setting


def now() -> datetime:
    """The business time, aware, in Asia/Shanghai."""
    shift, frozen_at = _setting()
    if frozen_at is not None:
        return frozen_at.astimezone(SHANGHAI)
    return real_now() + shift


def today() -> date:
    """The business date in Asia/Shanghai."""
    return day_of(now())


def set_clock(at: datetime, *, actor: records.Actor = records.SYSTEM, frozen: bool = False) -> None:
    """Set the business clock to ``at``; it runs on from there, or stands still when ``frozen``.

    Recorded as an act. Going back is allowed, also to before acts already recorded: acts carry the real time too.
    Raises ClockRefused for a production database."""
    _require_allowed()
    global _known
    with transaction.atomic():
        before = now()
        shift = at - real_now()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO calendar_businessclock (id, shift, frozen_at) VALUES (1, %s::interval, %s::timestamptz) "
                "ON CONFLICT (id) DO UPDATE SET shift = EXCLUDED.shift, frozen_at = EXCLUDED.frozen_at",
                [str(shift), at.isoformat() if frozen else None],
            )
        _record(actor, before, at, frozen=frozen)
    _known = None


def clear_clock(*, actor: records.Actor = records.SYSTEM) -> None:
    """Return to real time."""
    _require_allowed()
    global _known
    with transaction.atomic():
        before = now()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM calendar_businessclock")
        _record(actor, before, real_now(), frozen=False)
    _known = None


def _require_allowed() -> None:
    kind = records.installation().kind
    if settings.ENVIRONMENT == "production" or kind not in ("demo", "test"):
        raise ClockRefused("正式库的业务时钟就是真实时间，不能调整；只有演示库和测试库可以。")


def _record(actor: records.Actor, before: datetime, after: datetime, *, frozen: bool) -> None:
    records.act(
        chain=("installation", "1"),
        verb="calendar.set_clock",
        actor=actor,
        at=real_now(),
        subject=("installation", "1"),
        from_state=before.isoformat(),
        to_state=after.isoformat(),
        payload={"frozen": frozen},
    )
