"""Which service items the power of a firm's agent can be limited to; the catalogue to the right says so."""

from collections.abc import Callable, Sequence

Choices = Callable[[], Sequence[tuple[str, str]]]
_choices: Choices | None = None


def register(choices: Choices) -> None:
    """``choices() -> [(item key, title)]``: the items in force."""
    global _choices
    _choices = choices


def choices() -> list[tuple[str, str]]:
    """Nothing when no room has items: then powers cover everything."""
    return list(_choices()) if _choices is not None else []
