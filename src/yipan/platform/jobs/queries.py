"""Reading the progress of long work."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from .models import Progress


@dataclass(frozen=True, slots=True)
class ProgressView:
    """One piece of work as a screen shows it; ``open`` while it waits or runs."""

    id: int
    title: str
    state: str
    state_title: str
    total: int
    done: int
    percent: int
    note: str
    result: dict[str, Any]
    error: str
    stop_asked: bool
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None

    @property
    def open(self) -> bool:
        return self.state in ("queued", "running")


def of(progress_id: int, account_id: int | None) -> ProgressView | None:
    """The work, when this account started it; otherwise there is none to see."""
    row = Progress.objects.filter(pk=progress_id, account_id=account_id, account_id__isnull=False).first()
    return _view(row) if row else None


def latest(name: str, limit: int = 5) -> tuple[ProgressView, ...]:
    """The newest pieces of work of one job, whoever started them (the caller has checked a right)."""
    return tuple(_view(row) for row in Progress.objects.filter(name=name).order_by("-id")[:limit])


def _view(row: Progress) -> ProgressView:
    return ProgressView(
        row.pk, row.title, row.state, dict(Progress.STATES)[row.state], row.total, row.done, row.percent, row.note,
        row.result, row.error, row.stop_asked, row.created_at, row.started_at, row.ended_at,
    )  # fmt: skip
