"""Chinese names of verbs, kinds of subjects and kinds of chains, for screens. Rooms declare theirs at start-up."""

from collections.abc import Mapping

_verbs: dict[str, str] = {}
_kinds: dict[str, str] = {}


def declare(verbs: Mapping[str, str] | None = None, *, kinds: Mapping[str, str] | None = None) -> None:
    """``declare({"case.accept": "受理"}, kinds={"case": "办件"})``."""
    _verbs.update(verbs or {})
    _kinds.update(kinds or {})


def title(verb: str) -> str:
    return _verbs.get(verb, verb)


def kind_title(kind: str) -> str:
    return _kinds.get(kind, kind)


def all_verbs() -> list[tuple[str, str]]:
    """(verb, title) for a choice on screen, in the order of the verbs."""
    return sorted(_verbs.items())


def all_kinds() -> list[tuple[str, str]]:
    return sorted(_kinds.items())
