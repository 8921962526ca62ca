"""Code tables for choices. This room keeps none; the room that does answers for it."""

from collections.abc import Callable, Sequence

Table = Sequence[tuple[str, str]]

_provider: Callable[[str], Table | None] | None = None


def provide(provider: Callable[[str], Table | None]) -> None:
    """Register who answers: code and name pairs of a table in order, or None for a table that does not exist."""
    global _provider
    _provider = provider


def known() -> bool:
    """Whether anybody answers; before that, tables cannot be checked."""
    return _provider is not None


def table(key: str) -> Table | None:
    return _provider(key) if _provider is not None else None
