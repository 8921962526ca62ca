"""What the page of a form shows: frozen values for the macro, built from answers and their judgement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import values
from .schema import COMPOSITE, NUMBERS, Field, Form, Prefilled
from .validation import Result, Tables, options_of


@dataclass(frozen=True)
class Entry:
    """One field. ``widget`` chooses the control; ``parts`` are inner entries of an address or person; ``rows`` those
    of a repeated group. ``taken_at`` and ``source`` belong to prefilled values; ``contested`` is the remark made."""

    widget: str
    path: str
    label: str
    hint: str = ""
    required: bool = False
    value: Any = ""
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    source: str = ""
    taken_at: datetime | None = None
    locked: bool = False
    contested: str = ""
    attrs: Mapping[str, str] | None = None
    parts: tuple["Entry", ...] = ()
    rows: tuple[tuple["Entry", ...], ...] = ()
    can_add: bool = False
    can_remove: bool = False


@dataclass(frozen=True)
class Part:
    """A section that is shown."""

    key: str
    title: str
    hint: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Screen:
    """``errors`` and ``labels`` by path, as the macro ``error_summary`` takes them. A trial has no draft."""

    draft_id: int | None
    title: str
    intro: str
    sections: tuple[Part, ...]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    conditional: bool
    saved_at: datetime | None
    versions: int


@dataclass(frozen=True)
class Known:
    """What is known of a draft besides its answers."""

    prefilled: Mapping[str, Prefilled]
    contested: Mapping[str, str]
    errors: Mapping[str, str]
    tables: Tables


def parts(form: Form, raw: Mapping[str, Any], result: Result, known: Known) -> tuple[Part, ...]:
    """Visible sections with their visible fields."""
    builder = _Builder(result, known)
    found = (
        Part(
            section.key,
            section.title,
            section.hint,
            tuple(builder.entry(one, raw.get(one.key), one.key) for one in section.fields if one.key in result.visible),
        )
        for section in form.sections
    )
    return tuple(part for part in found if part.entries)


def labels(sections: Sequence[Part]) -> dict[str, str]:
    """Path → label, with the group and the row in front."""
    found: dict[str, str] = {}

    def walk(entries: Iterator[Entry] | Sequence[Entry], before: str) -> None:
        for entry in entries:
            found[entry.path] = f"{before}{entry.label}"
            walk(entry.parts, f"{before}{entry.label}·")
            for index, row in enumerate(entry.rows):
                walk(row, f"{before}{entry.label} {index + 1}·")

    for section in sections:
        walk(section.entries, "")
    return found


class _Builder:
    def __init__(self, result: Result, known: Known) -> None:
        self.result = result
        self.known = known

    def entry(self, one: Field, raw: Any, path: str) -> Entry:
        if one.kind == "note":
            return Entry("note", path, one.label)
        shared: dict[str, Any] = {
            "hint": one.hint,
            "required": path in self.result.required,
            "error": self.known.errors.get(path, ""),
        }
        if one.kind == "repeat":
            return self.rows(one, raw, path, shared)
        if one.kind in COMPOSITE:
            given = raw if isinstance(raw, Mapping) else {}
            inner = tuple(self.entry(part, given.get(part.key), f"{path}.{part.key}") for part in one.parts)
            return Entry("group", path, one.label, **shared, parts=inner)
        before = self.known.prefilled.get(path)
        label = f"{one.label}（{one.unit}）" if one.unit else one.label
        options = options_of(one, self.known.tables)
        shared |= {"options": options, "attrs": _attributes(one), "contested": self.known.contested.get(path, "")}
        if before is not None and before.locked:
            shown = values.show(one, before.value, options)
            return Entry(
                "locked",
                path,
                label,
                value=shown,
                source=before.source,
                taken_at=before.taken_at,
                locked=True,
                **shared,
            )
        value = raw if raw is not None else ([] if one.kind == "checkboxes" else "")
        if before is not None and value == values.typed(one, before.value):
            shared |= {"source": before.source, "taken_at": before.taken_at}
        return Entry(one.widget, path, label, value=value, **shared)

    def rows(self, one: Field, raw: Any, path: str, shared: dict[str, Any]) -> Entry:
        given = list(raw) if isinstance(raw, list) else []
        given.extend({} for _ in range(one.min_rows - len(given)))
        rows = tuple(
            tuple(
                self.entry(part, row.get(part.key) if isinstance(row, Mapping) else None, f"{path}.{index}.{part.key}")
                for part in one.parts
                if f"{path}.{index}.{part.key}" in self.result.visible
            )
            for index, row in enumerate(given)
        )
        return Entry(
            "rows",
            path,
            one.label,
            **shared,
            rows=rows,
            can_add=len(rows) < one.max_rows,
            can_remove=len(rows) > one.min_rows,
        )


def with_rows(form: Form, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with the empty rows that a page shows from the start."""
    found = dict(raw)
    for key, one in form.fields.items():
        if one.kind == "repeat":
            rows = list(found.get(key) or [])
            found[key] = [*rows, *({} for _ in range(one.min_rows - len(rows)))]
    return found


def _attributes(one: Field) -> dict[str, str]:
    """Help for keyboards of phones; never the only check."""
    found: dict[str, str] = {}
    if one.kind in ("text", "textarea"):
        found["maxlength"] = str(one.max_length)
    if one.kind in NUMBERS:
        found |= {"inputmode": "numeric" if one.kind == "integer" else "decimal", "autocomplete": "off"}
    if one.kind in ("id_number", "credit_code"):
        found |= {"autocomplete": "off", "autocapitalize": "characters"}
    if one.kind == "phone":
        found["inputmode"] = "tel"
    return found
