"""Long work with progress on screen: a row that says what is done, how far it is, and how it ended."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from . import registry

WRITE_EVERY = 0.5  # seconds between two writes of the progress


class Stopped(Exception):
    """Somebody asked for the work to stop; raised by ``step`` between two pieces."""


class Meter:
    """Handed to the work: ``total(n)`` once, ``step()`` after each piece, ``result`` for what the screen shows."""

    def __init__(self, progress_id: int) -> None:
        self.id = progress_id
        self.done = 0
        self.result: dict[str, Any] = {}
        self._written = 0.0

    def total(self, number: int) -> None:
        _rows().filter(pk=self.id).update(total=number, updated_at=Now())

    def step(self, number: int = 1, *, note: str = "") -> None:
        """Count ``number`` pieces; written at most twice a second. Raises Stopped when stopping was asked for."""
        self.done += number
        if monotonic() - self._written < WRITE_EVERY:
            return
        self._written = monotonic()
        rows = _rows().filter(pk=self.id)
        rows.update(done=self.done, updated_at=Now(), **({"note": note[:200]} if note else {}))
        if rows.filter(stop_asked=True).exists():
            raise Stopped


def _rows() -> Any:
    from .models import Progress

    return Progress.objects


def start(name: str, /, *, title: str, account_id: int | None = None, **arguments: Any) -> int:
    """Queue job ``name`` with ``progress_id`` among its arguments; the id of the progress row."""
    with transaction.atomic():
        row = _rows().create(name=name, title=title, account_id=account_id)
        registry.defer(name, progress_id=row.pk, **arguments)
    return row.pk


@contextmanager
def progress(progress_id: int) -> Iterator[Meter]:
    """Around the work of a job started by :func:`start`. Not to be wrapped in one transaction, or nobody sees it.

    An error is kept on the row (its text for the screen, the traceback in the log) and raised again.
    """
    meter = Meter(progress_id)
    rows = _rows().filter(pk=progress_id)
    rows.update(state="running", done=0, error="", started_at=Now(), updated_at=Now())
    try:
        yield meter
    except Stopped:
        _end(rows, "stopped", meter.done, meter.result)
    except Exception as problem:
        _end(rows, "failed", meter.done, meter.result, error=str(problem)[:2000] or traceback.format_exc(limit=1))
        raise
    else:
        _end(rows, "done", meter.done, meter.result)


def _end(rows: Any, state: str, done: int, result: Mapping[str, Any], error: str = "") -> None:
    rows.update(state=state, done=done, result=dict(result), error=error, ended_at=Now(), updated_at=Now())
