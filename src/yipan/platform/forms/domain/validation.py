"""What of a form is shown for given answers, and whether the answers are complete and sound.

Raw data are nested as the form is: a text per field, a list of codes for several choices, a map for an address or a
person, a list of maps for a repeated group. A path is written with dots: ``staff.0.name``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yipan.kernel.feel import Expression, FeelError

from . import values
from .schema import CHOICES, COMPOSITE, Check, Field, Form

Options = Sequence[tuple[str, str]]
Tables = Callable[[str], Options | None]


@dataclass
class Result:
    """``errors`` by path, in the order of the form; ``data`` cleaned, without what is hidden; ``visible`` and
    ``required`` are the paths that are shown and that must be filled in."""

    errors: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        return not self.errors


def no_tables(_key: str) -> Options | None:
    return None


def options_of(one: Field, tables: Tables) -> tuple[tuple[str, str], ...]:
    """The choices of a field, from its code table where it names one."""
    return tuple(tables(one.codes) or ()) if one.codes else one.options


def validate(
    form: Form,
    raw: Mapping[str, Any],
    context: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    tables: Tables = no_tables,
    locked: Mapping[str, Any] | None = None,
) -> Result:
    """Judge raw answers. ``context`` are the further variables that the form declares; ``locked`` are stored values
    that come from a register: they are taken as they are, because the applicant cannot mend them."""
    return _Walk(form, context or {}, now, tables, locked or {}).run(raw)


class _Walk:
    def __init__(
        self, form: Form, context: Mapping[str, Any], now: datetime | None, tables: Tables, locked: Mapping[str, Any]
    ) -> None:
        self.form = form
        self.now = now
        self.tables = tables
        self.locked = locked
        self.names: dict[str, Any] = {name: context.get(name) for name in form.context}
        self.result = Result()
        self.faults: dict[str, str] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def run(self, raw: Mapping[str, Any]) -> Result:
        for key in self.form.order:
            one, section = self.form.fields[key], self.form.section_of[key]
            self.names.setdefault(key, None)
            if self.truth(section.show_when, self.names) and self.truth(one.show_when, self.names):
                self.take(one, raw.get(key), key, self.names, self.result.data)
        # Requirements and rules may speak of any field, so they wait until all are known.
        for one in self.form.fields.values():
            if one.key in self.result.visible:
                self.judge(one, self.result.data, one.key, self.names)
        for check in self.form.checks:
            if check.field not in self.faults:
                self.rule(check, check.field, self.names)
        self.result.errors = self.in_order(self.faults)
        self.result.data = {key: self.result.data[key] for key in self.form.fields if key in self.result.data}
        return self.result

    def truth(self, condition: Expression | None, names: Mapping[str, Any]) -> bool:
        """Whether a condition is met; unknown is not met."""
        return condition is None or self.answer(condition, names) is True

    def answer(self, condition: Expression, names: Mapping[str, Any]) -> Any:
        try:
            return condition.evaluate(names, now=self.now)
        except FeelError:
            return None

    # -- first pass: what is shown, and its values

    def take(self, one: Field, raw: Any, path: str, names: dict[str, Any], into: dict[str, Any]) -> None:
        """Put the value of a visible field into ``into`` (stored) and ``names`` (for conditions)."""
        self.result.visible.add(path)
        if one.kind == "note":
            return
        if path in self.locked:
            into[one.key] = self.locked[path]
            names[one.key] = values.in_conditions(one, self.locked[path])
        elif one.kind == "repeat":
            self.take_rows(one, raw, path, names, into)
        elif one.kind in COMPOSITE:
            stored, inner = self.take_parts(one, raw, path, names)
            if any(value is not None for value in stored.values()):
                into[one.key] = stored
                names[one.key] = inner
        else:
            value = self.simple(one, raw, path)
            if value is not None:
                into[one.key] = value
            names[one.key] = values.in_conditions(one, value)

    def simple(self, one: Field, raw: Any, path: str) -> Any:
        options = options_of(one, self.tables)
        try:
            if one.kind == "checkboxes":
                return values.clean_many(_texts(raw), options)
            return values.clean(one, raw if isinstance(raw, str) else "", options)
        except values.Unusable as wrong:
            self.faults[path] = str(wrong)
            return None

    def take_parts(
        self, one: Field, raw: Any, path: str, names: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The stored parts of an address, a person or a row, and the same for conditions."""
        given = raw if isinstance(raw, Mapping) else {}
        inner: dict[str, Any] = {**names, **{part.key: None for part in one.parts}}
        stored: dict[str, Any] = {}
        for key in one.order or tuple(part.key for part in one.parts):
            part = one.by_key[key]
            if self.truth(part.show_when, inner):
                self.take(part, given.get(key), f"{path}.{key}", inner, stored)
        ordered = {part.key: stored[part.key] for part in one.parts if part.key in stored}
        return ordered, {part.key: inner[part.key] for part in one.parts if part.kind != "note"}

    def take_rows(self, one: Field, raw: Any, path: str, names: dict[str, Any], into: dict[str, Any]) -> None:
        given = raw if isinstance(raw, (list, tuple)) else []
        rows: list[dict[str, Any]] = []
        seen: list[dict[str, Any]] = []
        for index, row in enumerate(given[: one.max_rows]):
            stored, inner = self.take_parts(one, row, f"{path}.{index}", {**names, "row": index + 1})
            rows.append(stored)
            seen.append(inner)
        if len(given) > one.max_rows:
            self.faults[path] = f"最多填写 {one.max_rows} 行"
        into[one.key] = rows
        # Conditions count and read rows with something in them; empty ones are only room to write.
        names[one.key] = [inner for stored, inner in zip(rows, seen, strict=True) if stored]
        self.rows[path] = seen

    # -- second pass: what is missing or breaks a rule

    def judge(self, one: Field, data: Mapping[str, Any], path: str, names: Mapping[str, Any]) -> None:
        if one.kind == "note":
            return
        value = data.get(one.key)
        must = one.required or (one.required_when is not None and self.truth(one.required_when, names))
        if must:
            self.result.required.add(path)
        if one.kind == "repeat":
            self.judge_rows(one, value or [], path, names, must=must)
        elif one.kind in COMPOSITE:
            self.judge_parts(one, value or {}, path, must=must)
        elif must and value is None and path not in self.faults and path not in self.locked:
            self.faults[path] = _missing(one)
        if path not in self.faults:
            for check in one.checks:
                self.rule(check, path, names)

    def judge_parts(self, one: Field, value: Mapping[str, Any], path: str, *, must: bool) -> None:
        """An address or a person is complete or absent."""
        for part in one.parts:
            inner = f"{path}.{part.key}"
            if must or value:
                self.result.required.add(inner)
                if value.get(part.key) is None and inner not in self.faults:
                    self.faults[inner] = _missing(part)

    def judge_rows(
        self, one: Field, rows: Sequence[Mapping[str, Any]], path: str, names: Mapping[str, Any], *, must: bool
    ) -> None:
        least = max(one.min_rows, 1 if must else 0)
        filled = [row for row in rows if row]
        for index, row in enumerate(rows):
            blank = not row and not any(key.startswith(f"{path}.{index}.") for key in self.faults)
            if blank and len(filled) >= least:
                continue  # an empty row beyond what is needed is no answer at all
            inner = {**names, **self.rows[path][index], "row": index + 1}
            for part in one.parts:
                if f"{path}.{index}.{part.key}" in self.result.visible:
                    self.judge(part, row, f"{path}.{index}.{part.key}", inner)
        if len(filled) < least and not any(key == path or key.startswith(f"{path}.") for key in self.faults):
            self.faults[path] = f"至少填写 {least} 行"
        if one.key in self.result.data:
            self.result.data[one.key] = filled

    def rule(self, check: Check, path: str, names: Mapping[str, Any]) -> None:
        if path not in self.faults and self.answer(check.test, names) is False:
            self.faults[path] = check.message

    def in_order(self, faults: Mapping[str, str]) -> dict[str, str]:
        """Errors as they follow one another on the page; those of the whole form first."""
        order = {key: index for index, key in enumerate(self.form.fields)}

        def place(path: str) -> tuple[int, int, int, str]:
            head, _, rest = path.partition(".")
            one = self.form.fields.get(head)
            parts = [part.key for part in one.parts] if one else []
            row, _, key = rest.partition(".") if rest[:1].isdigit() else ("-1", "", rest)
            return (order.get(head, -1), int(row), parts.index(key) if key in parts else -1, key)

        return {path: faults[path] for path in sorted(faults, key=place)}


def _missing(one: Field) -> str:
    """Without the label: the message stands beside it, and the summary puts it in front."""
    if one.kind == "agree":
        return "请阅读后勾选"
    return "请选择" if one.kind in CHOICES else "请填写"


def _texts(raw: Any) -> list[str]:
    return [one for one in raw if isinstance(one, str)] if isinstance(raw, (list, tuple)) else _texts([raw])
