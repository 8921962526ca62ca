"""The clock of a case from its events alone: start, stop, resume, extend."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .limits import Extension, Unit
from .pauses import Pause
from .time import aware

Effect = Literal["start", "stop", "resume", "extend", "none"]


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """`key` pairs a stop with its resume when several are open; `until` bounds a planned stop (special procedure)."""

    at: datetime
    effect: Effect
    reason: str = ""
    key: str = ""
    until: datetime | None = None
    amount: int = 0
    unit: Unit = "working_days"
    by: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What `due` needs: start (None before the clock began), pauses, extensions."""

    start: datetime | None
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]

    @property
    def is_paused(self) -> bool:
        return any(pause.end is None for pause in self.pauses)


def replay(events: Iterable[ClockEvent]) -> History:
    """Fold events, in order of time, into the history of a clock.

    A second start restarts nothing (the first counts). A resume closes the stop of the same key, or the youngest open
    one when it has no key. Raises ValueError for a resume without stop: the record is then not a clock's record."""
    start: datetime | None = None
    open_stops: list[ClockEvent] = []
    pauses: list[Pause] = []
    extensions: list[Extension] = []
    for event in sorted(events, key=lambda e: aware(e.at)):  # sorting is stable: same instant keeps its order
        if event.effect == "start" and start is None:
            start = event.at
        elif event.effect == "stop":
            open_stops.append(event)
        elif event.effect == "resume":
            matching = [stop for stop in open_stops if not event.key or stop.key == event.key]
            if not matching:
                raise ValueError(f"{aware(event.at):%Y-%m-%d %H:%M} 恢复计时，但之前没有对应的暂停")
            stop = matching[-1]
            open_stops.remove(stop)
            end = aware(event.at) if stop.until is None else min(aware(event.at), aware(stop.until))
            pauses.append(Pause(stop.at, end, stop.reason))
        elif event.effect == "extend":
            extensions.append(Extension(event.amount, event.unit, event.reason, event.by, event.at))
    pauses.extend(Pause(stop.at, stop.until, stop.reason) for stop in open_stops)
    return History(start, tuple(sorted(pauses, key=lambda p: p.start)), tuple(extensions))
