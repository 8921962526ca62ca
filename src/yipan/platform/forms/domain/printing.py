"""A finished form as rows for paper and case pages, and what differs between two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from . import values
from .schema import COMPOSITE, Field, Form
from .validation import Tables, options_of


class PrintSection(TypedDict):
    """``rows``: label, shown value, source ("" for what the applicant typed). Plain JSON on purpose."""

    title: str
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its shown value; ``source`` is empty for what the applicant typed, ``long`` needs a line alone."""

    label: str
    value: str
    source: str
    long: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A repeating group as a table: one row of shown values for each entry."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section as people read it on screen: pairs side by side, then its groups as tables."""

    title: str
    pairs: tuple[Pair, ...]
    groups: tuple[Group, ...]


LONG = 28


def reading(
    form: Form, data: Mapping[str, Any], sources: Mapping[str, str], tables: Tables, *, masked: bool
) -> list[ReadSection]:
    """All sections with an answer; with ``masked`` numbers of persons and telephones are covered in the middle."""
    found = []
    for section in form.sections:
        given = [one for one in section.fields if one.key in data]
        pairs = tuple(
            Pair(label, shown, sources.get(path, ""), len(shown) + len(sources.get(path, "")) > LONG)
            for one in given
            if one.kind != "repeat"
            for path, label, shown in _rows(one, data[one.key], one.key, one.label, tables, masked=masked)
            if shown
        )
        groups = tuple(
            _group(one, data[one.key], tables, masked=masked) for one in given if one.kind == "repeat" and data[one.key]
        )
        if pairs or groups:
            found.append(ReadSection(section.title, pairs, groups))
    return found


def _group(one: Field, entries: list[Mapping[str, Any]], tables: Tables, *, masked: bool) -> Group:
    parts = [part for part in one.parts if any(part.key in entry for entry in entries)]
    rows = tuple(
        tuple(
            "、".join(
                shown
                for _, _, shown in _rows(part, entry.get(part.key), part.key, part.label, tables, masked=masked)
                if shown
            )
            for part in parts
        )
        for entry in entries
    )
    return Group(one.label, tuple(part.label for part in parts), rows)


def sections(
    form: Form, data: Mapping[str, Any], sources: Mapping[str, str], tables: Tables, *, masked: bool = False
) -> list[PrintSection]:
    """All sections with an answer, in the order of the form."""
    found: list[PrintSection] = []
    for section in form.sections:
        rows = [
            [label, shown, sources.get(path, "")]
            for one in section.fields
            if one.key in data
            for path, label, shown in _rows(one, data[one.key], one.key, one.label, tables, masked=masked)
            if shown
        ]
        if rows:
            found.append({"title": section.title, "rows": rows})
    return found


def _rows(
    one: Field, value: Any, path: str, label: str, tables: Tables, *, masked: bool
) -> Iterator[tuple[str, str, str]]:
    """Path, label and shown value; an address is one row, a person and a row of a group are several."""
    if value is None:
        return
    if one.kind == "repeat":
        for index, row in enumerate(value):
            yield from _parts(one, row, f"{path}.{index}", f"{label} {index + 1}", tables, masked=masked)
    elif one.kind == "address":
        texts = (_shown(part, value.get(part.key), tables, masked=masked) for part in one.parts)
        yield path, label, "".join(texts)
    elif one.kind in COMPOSITE:
        yield from _parts(one, value, path, label, tables, masked=masked)
    else:
        yield path, label, _shown(one, value, tables, masked=masked)


def _parts(
    one: Field, value: Mapping[str, Any], path: str, label: str, tables: Tables, *, masked: bool
) -> Iterator[tuple[str, str, str]]:
    for part in one.parts:
        if part.key in value:
            name = f"{label}·{part.label}"
            yield from _rows(part, value[part.key], f"{path}.{part.key}", name, tables, masked=masked)


def _shown(one: Field, value: Any, tables: Tables, *, masked: bool) -> str:
    shown = values.show(one, value, options_of(one, tables))
    return values.mask(one, shown) if masked else shown


def differences(
    form: Form, before: Mapping[str, Any], after: Mapping[str, Any], tables: Tables
) -> list[tuple[str, str, str]]:
    """Label, value before and value after of everything that changed, in the order of the form."""
    old = {path: (label, shown) for path, label, shown in _all(form, before, tables)}
    new = {path: (label, shown) for path, label, shown in _all(form, after, tables)}
    found: list[tuple[str, str, str]] = []
    for path in dict.fromkeys([*new, *old]):
        label = (new.get(path) or old[path])[0]
        was, now = old.get(path, ("", ""))[1], new.get(path, ("", ""))[1]
        if was != now:
            found.append((label, was, now))
    return found


def _all(form: Form, data: Mapping[str, Any], tables: Tables) -> Iterator[tuple[str, str, str]]:
    for key, one in form.fields.items():
        if key in data:
            yield from _rows(one, data[key], key, one.label, tables, masked=False)


def in_words(form: Form, data: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Simple fields and addresses as shown text, persons and rows as maps of shown texts."""
    return {key: _in_words(form.fields[key], value, tables) for key, value in data.items() if key in form.fields}


def _in_words(one: Field, value: Any, tables: Tables) -> Any:
    if one.kind == "repeat":
        return [{k: _in_words(one.by_key[k], v, tables) for k, v in row.items() if k in one.by_key} for row in value]
    if one.kind == "address":
        return "".join(_shown(part, value.get(part.key), tables, masked=False) for part in one.parts)
    if one.kind in COMPOSITE:
        return {key: _in_words(one.by_key[key], inner, tables) for key, inner in value.items() if key in one.by_key}
    return _shown(one, value, tables, masked=False)
