"""Built-in functions by name."""

from ..runtime import Builtin
from . import contexts, conversions, lists, moments, numbers, ranges, strings

BUILTINS: dict[str, Builtin] = {
    name: builtin
    for room in (conversions, strings, lists, numbers, moments, contexts, ranges)
    for name, builtin in room.FUNCTIONS.items()
}

__all__ = ["BUILTINS"]
