"""JSON of a form → :class:`Form`, with every fault placed at its line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any

from yipan.kernel import feel
from yipan.kernel.feel import Expression
from yipan.kernel.packs import Document, Fields, Finding

from .schema import CHOICES, COMPOSITE, KINDS, LONG, MAX_ROWS, NUMBERS, SHORT, Check, Field, Form, Section
from .values import DOCUMENTS

Tables = Callable[[str], Sequence[tuple[str, str]] | None]
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset({"do", "shown", "contest", "rows", "row", "csrfmiddlewaretoken", "key"})
_PERSON = {
    "name": ("姓名", "text"),
    "id_number": ("证件号码", "id_number"),
    "phone": ("联系电话", "phone"),
}


def parse(document: Document, *, tables: Tables | None = None) -> tuple[Form, list[Finding]]:
    """Read a form. With any error finding the form must not be used. ``tables`` looks code tables up, if given."""
    top = document.fields()
    reader = _Reader(top, tables)
    form = reader.form()
    return form, top.findings


class _Reader:
    def __init__(self, top: Fields, tables: Tables | None) -> None:
        self.top = top
        self.tables = tables
        self.context: list[str] = []
        self.seen: dict[str, str] = {}

    def form(self) -> Form:
        top = self.top
        key, title = self._key(top), top.text("title")
        intro = top.text("intro", required=False)
        self.context = top.texts("context")
        sections = tuple(self._section(one) for one in top.maps("sections", required=True))
        fields = [field for section in sections for field in section.fields]
        names = {*self.context, *(field.key for field in fields)}
        checks = tuple(self._check(one, with_field=True) for one in top.maps("checks"))
        top.nothing_else()
        for check in checks:
            if check.field and check.field not in names:
                top.fault(f"校验指向的字段“{check.field}”不存在", "checks")
        self._names_exist(sections, checks, names)
        order = _ordered(
            {field.key: _needs(field, section) & names for section in sections for field in section.fields}
        )
        if order is None:
            top.fault("显示条件互相依赖，形成循环，无法判断先后", "sections")
        return Form(key, title, intro, sections, checks, tuple(self.context), order or ())

    def _key(self, one: Fields) -> str:
        key = one.text("key")
        if key and (not _KEY.fullmatch(key) or key in _RESERVED):
            one.fault(f"键“{key}”只能用小写字母、数字和下划线，以字母开头，且不能是保留字", "key")
        return key

    def _section(self, one: Fields) -> Section:
        section = Section(
            self._key(one),
            one.text("title"),
            one.text("hint", required=False),
            self._expression(one, "show_when"),
            tuple(self._field(inner) for inner in one.maps("fields", required=True)),
        )
        one.nothing_else()
        for field in section.fields:
            if field.key in self.seen:
                one.fault(f"字段“{field.key}”在“{self.seen[field.key]}”中已有，整张表内不能重复", "fields")
            self.seen[field.key] = section.title
        return section

    def _field(self, one: Fields, *, inside: bool = False) -> Field:
        kind = one.choice("kind", list(KINDS), default="text")
        key = self._key(one)
        if kind == "note":
            field = Field(key, kind, one.text("text"), show_when=self._expression(one, "show_when"))
            one.nothing_else()
            return field
        required, required_when = self._required(one)
        values: dict[str, Any] = {
            "label": one.text("label"),
            "hint": one.text("hint", required=False),
            "required": required,
            "required_when": required_when,
            "show_when": self._expression(one, "show_when"),
            "checks": tuple(self._check(check) for check in one.maps("checks")),
            "prefill": one.text("prefill", required=False),
            "unit": one.text("unit", required=False),
        }
        values |= self._limits(one, kind) | self._choices(one, kind) | self._composite(one, kind, inside=inside)
        if kind == "address":
            values["parts"] = (
                Field("region", "select", "所在镇街", options=values["options"], codes=values["codes"]),
                Field("detail", "text", "详细地址", max_length=values["max_length"]),
            )
        one.nothing_else()
        if values["prefill"] and (inside or kind in COMPOSITE):
            one.fault("预填只能用于不在组内的普通字段", "prefill")
        return Field(key, kind, **values)

    def _required(self, one: Fields) -> tuple[bool, Expression | None]:
        if isinstance(one.raw("required"), bool) or one.raw("required") is None:
            return bool(one.raw("required")), None
        return False, self._expression(one, "required")

    def _limits(self, one: Fields, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if kind in ("text", "textarea"):
            found["max_length"] = one.integer(
                "max_length", required=False, default=LONG if kind == "textarea" else SHORT
            )
        if kind in NUMBERS:
            found["least"], found["most"] = self._number(one, "min"), self._number(one, "max")
        if kind == "decimal":
            found["digits"] = one.integer("digits", required=False, default=2)
        if kind == "id_number":
            found["documents"] = tuple(one.texts("documents")) or ("resident",)
            for wrong in set(found["documents"]) - set(DOCUMENTS):
                one.fault(f"不认识的证件种类“{wrong}”，可用：{'、'.join(DOCUMENTS)}", "documents")
        return found

    def _number(self, one: Fields, key: str) -> Decimal | None:
        value = one.raw(key)
        if value is None or (isinstance(value, (int, Decimal)) and not isinstance(value, bool)):
            return None if value is None else Decimal(value)
        one.fault(f"“{key}”应当是数字，实际为“{value}”", key)
        return None

    def _choices(self, one: Fields, kind: str) -> dict[str, Any]:
        if kind not in CHOICES and kind != "address":
            return {}
        options: list[tuple[str, str]] = []
        for option in one.maps("options"):
            options.append((option.text("value"), option.text("label")))
            option.nothing_else()
        codes = one.text("codes", required=False)
        if bool(options) == bool(codes):
            one.fault("选项应当写在“options”中，或者用“codes”指明代码表，二者取一", "options")
        if len({value for value, _ in options}) < len(options):
            one.fault("选项的值重复", "options")
        if codes and self.tables is not None and self.tables(codes) is None:
            one.fault(f"代码表“{codes}”不存在", "codes")
        return {"options": tuple(options), "codes": codes}

    def _composite(self, one: Fields, kind: str, *, inside: bool) -> dict[str, Any]:
        if kind not in COMPOSITE:
            return {}
        if inside and kind == "repeat":
            one.fault("组内不能再套可重复的组", "kind")
        if kind == "address":
            return {"max_length": one.integer("max_length", required=False, default=SHORT)}
        if kind == "person":
            wanted = one.texts("with") or list(_PERSON)
            for wrong in set(wanted) - set(_PERSON):
                one.fault(f"人员没有“{wrong}”，可用：{'、'.join(_PERSON)}", "with")
            return {"parts": tuple(Field(k, _PERSON[k][1], _PERSON[k][0]) for k in wanted if k in _PERSON)}
        parts = tuple(self._field(inner, inside=True) for inner in one.maps("fields", required=True))
        rows = {
            "min_rows": one.integer("min_rows", required=False),
            "max_rows": one.integer("max_rows", required=False, default=MAX_ROWS),
        }
        if not 0 <= rows["min_rows"] <= rows["max_rows"] <= MAX_ROWS or rows["max_rows"] < 1:
            one.fault(f"行数应当满足 0 ≤ 最少 ≤ 最多 ≤ {MAX_ROWS}", "max_rows")
        keys = {part.key for part in parts}
        if len(keys) < len(parts):
            one.fault("组内字段的键重复", "fields")
        order = _ordered({part.key: _names(part.show_when) & keys for part in parts})
        if order is None:
            one.fault("显示条件互相依赖，形成循环，无法判断先后", "fields")
        return {"parts": parts, "order": order or (), **rows}

    def _check(self, one: Fields, *, with_field: bool = False) -> Check:
        test, message = self._expression(one, "test", required=True), one.text("message")
        field = one.text("field", required=False) if with_field else ""
        one.nothing_else()
        return Check(test or feel.compile("true"), message, field)

    def _expression(self, one: Fields, key: str, *, required: bool = False) -> Expression | None:
        text = one.text(key, required=required)
        if not text:
            return None
        try:
            return feel.compile(text)
        except feel.FeelError as error:
            one.fault(f"条件“{text}”有误：{error}", key)
            return None

    def _names_exist(self, sections: Iterable[Section], checks: Iterable[Check], names: set[str]) -> None:
        """A misspelt name would be null for ever, and the condition silently never true."""
        for place, expression, more in _expressions(sections, checks):
            for name in sorted(expression.names - names - more):
                self.top.fault(f"“{place}”的条件“{expression.text}”用到不存在的字段“{name}”", "sections")


def _expressions(
    sections: Iterable[Section], checks: Iterable[Check]
) -> Iterable[tuple[str, Expression, frozenset[str]]]:
    nothing: frozenset[str] = frozenset()
    for section in sections:
        if section.show_when:
            yield section.title, section.show_when, nothing
        for field in section.fields:
            yield from _of_field(field, nothing)
            for part in field.parts:
                yield from _of_field(part, frozenset(one.key for one in field.parts) | {"row"})
    for check in checks:
        yield check.message, check.test, nothing


def _of_field(field: Field, more: frozenset[str]) -> Iterable[tuple[str, Expression, frozenset[str]]]:
    for expression in (field.show_when, field.required_when, *(check.test for check in field.checks)):
        if expression is not None:
            yield field.label, expression, more


def _names(expression: Expression | None) -> set[str]:
    return set(expression.names | expression.maybe_names) if expression else set()


def _needs(field: Field, section: Section) -> set[str]:
    inner = {name for part in field.parts for name in _names(part.show_when)} - {part.key for part in field.parts}
    return (_names(section.show_when) | _names(field.show_when) | inner) - {field.key}


def _ordered(graph: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    """Keys with what they need before them, otherwise in the order written; None for a circle."""
    try:
        return tuple(key for key in TopologicalSorter(graph).static_order() if key in graph)
    except CycleError:
        return None
