"""What is read once within one request: immutable rows that several parts of a page ask for.

Outside a request (worker, commands, tests of actions) nothing is remembered. Only what never changes belongs here: a
published version by its number, not the version in force.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

Made = TypeVar("Made")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("yipan_request_memo", default=None)


def begin() -> Any:
    """From now on this request remembers; the token is for ``end``."""
    return _kept.set({})


def end(token: Any) -> None:
    _kept.reset(token)


def once(key: Hashable, make: Callable[[], Made]) -> Made:
    """The value under a key, made at the first question of this request."""
    kept = _kept.get()
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    return kept[key]
