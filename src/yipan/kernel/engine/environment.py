"""What a step may know besides the state: the time, calendars, published decisions. All of it is immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from yipan.kernel.clock import Calendar


class Expression(Protocol):
    """A compiled FEEL expression, as ``kernel.feel.compile`` makes it."""

    @property
    def names(self) -> Any: ...

    def evaluate(self, context: Any, *, now: datetime | None = None) -> Any: ...


class Decision(Protocol):
    """A published decision table, resolved and pinned by version."""

    @property
    def label(self) -> str:
        """Name and version, as the event log tells them."""
        ...

    def decide(self, context: Mapping[str, Any], now: datetime) -> Any: ...


@dataclass(frozen=True, slots=True)
class Env:
    """``now`` is aware business time. ``calendar`` counts working days; without one a model with legal limits is
    refused. ``decisions`` by key (the version in force when the instance began), by ``key@latest`` and by ``key@3``;
    the same key gives the same version in every step of an instance, but for ``@latest``. ``facts``: values expressions
    may read that are no variables (``case`` …)."""

    now: datetime
    calendar: Calendar | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
