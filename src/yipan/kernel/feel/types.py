"""Names of types: reading them (``list<number>``, ``context<a: string>``) and asking values for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import FeelError
from .nodes import TypeName
from .values import Spend, free, kind

if TYPE_CHECKING:
    from .parser import Parser

SIMPLE = (
    "number", "string", "boolean", "date", "time", "date and time", "days and time duration",
    "years and months duration", "Any", "Null", "list", "context", "function", "range",
)  # fmt: skip
_LONGEST = sorted((tuple(name.split()) for name in SIMPLE), key=len, reverse=True)


def type_name(parser: "Parser") -> TypeName:
    place = parser.now.start
    for words, key in parser.types:
        if all(parser.ahead(i).text == part for i, part in enumerate(words)):
            parser.index += len(words)
            return TypeName(key)
    for parts in _LONGEST:
        if all(parser.ahead(i).text == part for i, part in enumerate(parts)):
            parser.index += len(parts)
            return _with_parts(parser, " ".join(parts))
    raise FeelError(f"不认识的类型{parser.shown()}", place, "可用：" + "、".join(SIMPLE))


def _with_parts(parser: "Parser", name: str) -> TypeName:
    if name in ("list", "range") and parser.accept("<"):
        part = type_name(parser)
        parser.expect(">")
        return TypeName(name, (part,))
    if name == "context" and parser.accept("<"):
        keys: list[str] = []
        parts: list[TypeName] = []
        while True:
            keys.append(parser.new_name(":"))
            parser.expect(":")
            parts.append(type_name(parser))
            if not parser.accept(","):
                break
        parser.expect(">")
        return TypeName(name, tuple(parts), tuple(keys))
    if name == "function" and parser.accept("<"):
        found: list[TypeName] = []
        while not parser.accept(">"):
            found.append(type_name(parser))
            parser.accept(",")
        parser.expect("->")
        return TypeName(name, (*found, type_name(parser)))
    return TypeName(name)


Ask = Callable[[Any, str], bool | None]


def conforms(value: Any, wanted: TypeName, spend: Spend = free, ask: Ask = lambda _value, _key: None) -> bool:
    """``value instance of wanted``. Null is an instance of Null only, and of no Any; entries of a context may be null.
    ``ask`` answers for types of the surroundings."""
    if wanted.name.startswith("{"):
        return ask(value, wanted.name) is True
    if wanted.name == "Any":
        return value is not None
    if kind(value) != wanted.name:
        return False
    if not wanted.parts:
        return True
    match wanted.name:
        case "list":
            spend(len(value))
            return all(conforms(one, wanted.parts[0], spend, ask) for one in value)
        case "range":
            return all(conforms(end, wanted.parts[0]) for end in (value.low, value.high) if end is not None)
        case "context":
            return all(
                key in value and (value[key] is None or conforms(value[key], part, spend, ask))
                for key, part in zip(wanted.keys, wanted.parts, strict=True)
            )
        case _:
            return len(getattr(value, "parameters", ())) == len(wanted.parts) - 1
