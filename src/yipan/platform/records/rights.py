"""The registry of rights. Rooms declare rights beside their actions; ``people`` grants them to roles and answers.

It stands here, left of ``people``, so that every room including this one can declare and require a right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from .domain import Actor


class Refused(PermissionDenied):
    """The actor lacks a right. ``right`` names it; the text is Chinese and is shown on the 403 page."""

    def __init__(self, right: str, message: str = "") -> None:
        self.right = right
        super().__init__(message or f"您没有“{title(right)}”的权限。如工作需要，请向本单位管理员申请。")


@dataclass(frozen=True, slots=True)
class Right:
    """A right by name (``case.accept``) with its Chinese title."""

    name: str
    title: str


Checker = Callable[[Actor, str, int | None], bool]

_rights: dict[str, Right] = {}
_checker: Checker | None = None


def declare(name: str, title: str) -> Right:
    """Declare a right; the same name with another title is a programming error."""
    right = Right(name, title)
    if _rights.setdefault(name, right) != right:
        raise ValueError(f"right {name} is already declared as {_rights[name].title}")
    return right


def declare_all(titles: Mapping[str, str]) -> None:
    """Declare a list of rights at once: name → Chinese title."""
    for name, text in titles.items():
        declare(name, text)


def all_rights() -> list[Right]:
    return sorted(_rights.values(), key=lambda right: right.name)


def title(name: str) -> str:
    return _rights[name].title if name in _rights else name


def set_checker(checker: Checker) -> None:
    """``people`` says here whether an actor holds a right (in a unit, when one is given)."""
    global _checker
    _checker = checker


def may(actor: Actor, name: str, unit_id: int | None = None) -> bool:
    """Without a checker nobody may anything: a house without ``people`` has no users."""
    if name not in _rights:
        raise LookupError(f"right {name} was never declared")
    return _checker is not None and _checker(actor, name, unit_id)


def require(actor: Actor, name: str, unit_id: int | None = None) -> None:
    if not may(actor, name, unit_id):
        raise Refused(name)
