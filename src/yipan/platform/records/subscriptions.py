"""Who is told about which kind of event. Filled at start-up by every room, the same in web and worker."""

from collections import defaultdict
from collections.abc import Callable, Collection

from .domain.values import Event

Handler = Callable[[Event], object]

_by_kind: dict[str, list[str]] = defaultdict(list)
_handlers: dict[str, Handler] = {}


def subscribe(kind: str, handler: Handler, *, name: str = "") -> str:
    """Have the worker call ``handler(event)`` for every event of ``kind``, at least once.

    The call runs in a transaction of its own with the removal of the delivery, so what a handler writes to the
    database happens once; what it does elsewhere must be idempotent by ``event.id``. ``name`` identifies the
    subscriber in stored deliveries (default: module and function); the same name on the same kind replaces.
    """
    name = name or f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__name__)}"
    _handlers[name] = handler
    if name not in _by_kind[kind]:
        _by_kind[kind].append(name)
    return name


def unsubscribe(name: str) -> None:
    """Forget a subscriber (tests)."""
    _handlers.pop(name, None)
    for names in _by_kind.values():
        if name in names:
            names.remove(name)


def of_kinds(kinds: Collection[str]) -> list[tuple[str, str]]:
    """(kind, subscriber) for every subscriber of these kinds."""
    return [(kind, name) for kind in sorted(kinds) for name in _by_kind.get(kind, ())]


def handler(name: str) -> Handler | None:
    return _handlers.get(name)


def known() -> list[str]:
    return list(_handlers)
