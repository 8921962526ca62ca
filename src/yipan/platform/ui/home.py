"""Panels of home pages, registered by the rooms and faces that fill them.

    home.panel("counter", "today", template="counter/_today.html", values=today, right="case.receive", order=10)

``values(request)`` gives what the template reads as ``data``, or None: nothing to show to this person, no panel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from . import context, navigation

Values = Callable[[HttpRequest], dict[str, Any] | None]
ELDER = "elder"


@dataclass(frozen=True)
class Panel:
    face: str
    key: str
    template: str
    values: Values
    right: str | None
    order: int
    wide: bool


@dataclass(frozen=True)
class Filled:
    """A panel as a home page draws it: ``{% set data = panel.data %}{% include panel.template %}``."""

    key: str
    template: str
    data: dict[str, Any]
    wide: bool


_panels: dict[tuple[str, str], Panel] = {}


def panel(
    face: str,
    key: str,
    *,
    template: str,
    values: Values,
    right: str | None = None,
    order: int = 100,
    wide: bool = True,
) -> None:
    """Add a panel to a home page; the same face and key again replaces it. ``wide`` takes the whole width."""
    if face != ELDER and all(face != known.key for known in navigation.FACES):
        raise ValueError(f"no face {face!r}")
    _panels[face, key] = Panel(face, key, template, values, right, order, wide)


def filled(request: HttpRequest, face: str) -> tuple[Filled, ...]:
    """The panels this person may see, in order, with their values."""
    may = context.ask("may", request)
    found = []
    for one in sorted((p for p in _panels.values() if p.face == face), key=lambda p: p.order):
        if one.right is not None and not may(one.right):
            continue
        values = one.values(request)
        if values is not None:
            found.append(Filled(one.key, one.template, values, one.wide))
    return tuple(found)
