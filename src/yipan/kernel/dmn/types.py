"""Types of a model: whether a value is of one, and the conversions that DMN makes by itself (10.3.2.9.4).

A value that is not of the wanted type becomes null, except: a list of one stands for its element, an element for a list
of one, a date for its midnight.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from yipan.kernel import feel
from yipan.kernel.feel.runtime import Scope
from yipan.kernel.feel.values import kind

from .model import Document, ItemDefinition

ALIASES = {
    "dateTime": "date and time", "dayTimeDuration": "days and time duration", "duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}  # fmt: skip
BASIC = frozenset((
    "number", "string", "boolean", "date", "time", "date and time", "days and time duration",
    "years and months duration", "context", "list", "function", "range",
))  # fmt: skip
_NO = object()
# Elements of nested types; a model that defines a type by itself must not hang a worker.
MAX_DEPTH = 30

Allowed = Callable[[Any, Scope], bool]


def _takes(value: Any, count: int) -> bool:
    """Whether a value is a function of so many parameters."""
    if not getattr(value, "feel_function", False):
        return False
    return value.takes(count) if hasattr(value, "takes") else len(value.parameters) == count


class Types:
    """The types a document can name: its own, and those it imports (``prefix.name``)."""

    def __init__(self, document: Document, imported: Mapping[str, "Types"]) -> None:
        self.document = document
        self.imported = imported
        self._tests: dict[str, feel.UnaryTests] = {}

    def coerce(self, value: Any, type_ref: str, scope: Scope) -> Any:
        """The value as one of the type; null when it cannot be."""
        if value is None or not type_ref:
            return value
        found = self._as(value, type_ref, scope, 0)
        return None if found is _NO else found

    def fits(self, value: Any, type_ref: str, scope: Scope) -> bool:
        """Whether a value (null is one of every type) can be of the type."""
        return value is None or not type_ref or self._as(value, type_ref, scope, 0) is not _NO

    def _as(self, value: Any, type_ref: str, scope: Scope, depth: int) -> Any:
        direct = self._plainly(value, type_ref, scope, depth)
        if direct is not _NO:
            return direct
        if isinstance(value, list) and len(value) == 1:
            return self._plainly(value[0], type_ref, scope, depth)
        if not isinstance(value, list):
            return self._plainly([value], type_ref, scope, depth)
        return _NO

    def _plainly(self, value: Any, type_ref: str, scope: Scope, depth: int) -> Any:
        """Without turning elements into lists or lists into elements."""
        if depth > MAX_DEPTH:
            return _NO
        scope.run.spend(1)
        name = ALIASES.get(type_ref, type_ref)
        item = self.document.types.get(name)
        if item is not None:
            return self._of_item(value, item, scope, depth)
        prefix, dot, rest = name.partition(".")
        if dot and prefix in self.imported:
            return self.imported[prefix]._plainly(value, rest, scope, depth + 1)
        if name not in BASIC or value is None:
            return value  # Any, and names nobody defines
        if kind(value) == name:
            return value
        if name == "date and time" and type(value) is dt.date:
            return dt.datetime.combine(value, dt.time(), dt.UTC)
        return _NO

    def _of_item(self, value: Any, item: ItemDefinition, scope: Scope, depth: int) -> Any:
        if item.is_collection:
            if not isinstance(value, list):
                return _NO
            found = [None if one is None else self._element(one, item, scope, depth) for one in value]
            if any(one is _NO for one in found):
                return _NO
            return found if self._constrained(found, item, scope) else _NO
        found = self._element(value, item, scope, depth)
        return found if found is not _NO and self._constrained(found, item, scope) else _NO

    def _element(self, value: Any, item: ItemDefinition, scope: Scope, depth: int) -> Any:
        if item.parameters is not None:
            return value if _takes(value, len(item.parameters)) else _NO
        if item.components:
            value = self._context(value, item, scope, depth)
        elif item.type_ref:
            value = self._plainly(value, item.type_ref, scope, depth + 1)
        if value is _NO or not item.allowed:
            return value
        return value if self._allows(item.allowed, value, scope) else _NO

    def _context(self, value: Any, item: ItemDefinition, scope: Scope, depth: int) -> Any:
        if not isinstance(value, dict):
            return _NO
        made = dict(value)
        for part in item.components:
            if part.name not in value:
                return _NO
            one = value[part.name]
            if one is None:
                continue
            made[part.name] = self._of_item(one, part, scope, depth + 1)
            if made[part.name] is _NO:
                return _NO
        return made

    # -- instance of -------------------------------------------------------------------------------------------------

    def is_instance(self, value: Any, type_ref: str, scope: Scope, depth: int = 0) -> bool:
        """``value instance of type``: by structure, without the allowed values."""
        scope.run.spend(1)
        if value is None or depth > MAX_DEPTH:
            return False
        name = ALIASES.get(type_ref, type_ref)
        item = self.document.types.get(name)
        if item is None:
            prefix, dot, rest = name.partition(".")
            if dot and prefix in self.imported:
                return self.imported[prefix].is_instance(value, rest, scope, depth + 1)
            return name not in BASIC or kind(value) == name
        if item.is_collection:
            return isinstance(value, list) and all(self._is_element(one, item, scope, depth) for one in value)
        return self._is_element(value, item, scope, depth)

    def _is_element(self, value: Any, item: ItemDefinition, scope: Scope, depth: int) -> bool:
        if item.parameters is not None:
            return _takes(value, len(item.parameters))
        if not item.components:
            return not item.type_ref or self.is_instance(value, item.type_ref, scope, depth + 1)
        return isinstance(value, dict) and all(
            part.name in value and (value[part.name] is None or self._is_part(value[part.name], part, scope, depth))
            for part in item.components
        )

    def _is_part(self, value: Any, part: ItemDefinition, scope: Scope, depth: int) -> bool:
        if part.is_collection:
            return isinstance(value, list) and all(self._is_element(one, part, scope, depth + 1) for one in value)
        return self._is_element(value, part, scope, depth + 1)

    def names(self) -> list[str]:
        """Every type this document can name."""
        imported = [f"{prefix}.{name}" for prefix, types in self.imported.items() for name in types.document.types]
        return [*self.document.types, *imported]

    def _constrained(self, value: Any, item: ItemDefinition, scope: Scope) -> bool:
        return not item.constraint or self._allows(item.constraint, value, scope)

    def _allows(self, text: str, value: Any, scope: Scope) -> bool:
        tests = self._tests.get(text)
        if tests is None:
            tests = self._tests[text] = feel.compile_unary_tests(text)
        return tests.step(scope.child({"?": value})) is True
