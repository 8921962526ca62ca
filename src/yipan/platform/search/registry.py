"""Which kinds of things are searched; each room registers its own at start-up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .domain import Entry

Provider = Callable[[], Iterable[Entry]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`facets` are the filters of its result page: (facet, words)."""

    name: str
    title: str
    documents: Provider
    order: int = 100
    facets: tuple[tuple[str, str], ...] = ()


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    title: str,
    documents: Provider,
    *,
    order: int = 100,
    facets: Iterable[tuple[str, str]] = (),
) -> None:
    """Claim a kind; registering it again replaces it."""
    _kinds[name] = Kind(name, title, documents, order, tuple(facets))


def kinds() -> list[Kind]:
    """All kinds in the order of the result tabs."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.name))


def kind(name: str) -> Kind | None:
    return _kinds.get(name)
