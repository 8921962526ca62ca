"""Between nested raw answers and the flat names of a browser's form.

Names: ``firm_name``; ``place.region``; ``staff.rows`` (how many rows the page had) and ``staff.0.name``.
``shown`` lists the groups of checkboxes on the page, because a browser sends nothing for a group without a tick.
``contest.firm_name`` is a remark on a locked value.
``do`` is the button: save, next, refresh, ``add:staff``, ``remove:staff:1``.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from .schema import COMPOSITE, Field, Form
from .values import typed


class Posted(Protocol):
    """What Django's QueryDict offers and this needs."""

    def getlist(self, key: str, default: Any = None) -> Any: ...


def last(posted: Posted, name: str) -> str | None:
    """The value of a name that is sent once; None when it was not on the page."""
    found = posted.getlist(name)
    return found[-1] if found and isinstance(found[-1], str) else None


def merge(form: Form, raw: Mapping[str, Any], posted: Posted, *, locked: Mapping[str, Any]) -> dict[str, Any]:
    """Raw answers with what was posted; what was not on the page keeps its answer, what is locked is not touched."""
    shown = set(posted.getlist("shown"))
    found = dict(raw)
    for key, one in form.fields.items():
        if key not in locked and one.kind != "note":
            value = _merge(one, raw.get(key), posted, key, shown)
            if value is not None:
                found[key] = value
    return found


def _merge(one: Field, old: Any, posted: Posted, path: str, shown: set[str]) -> Any:
    if one.kind == "repeat":
        return _rows(one, old if isinstance(old, list) else [], posted, path, shown)
    if one.kind in COMPOSITE:
        return _parts(one, old, posted, path, shown) or old
    if one.kind in ("checkboxes", "agree"):
        given = [text for text in posted.getlist(path) if isinstance(text, str)]
        if not given and path not in shown:
            return old
        return given if one.kind == "checkboxes" else "".join(given[:1])
    value = last(posted, path)
    return old if value is None else value


def _parts(one: Field, old: Any, posted: Posted, path: str, shown: set[str]) -> dict[str, Any]:
    before = old if isinstance(old, Mapping) else {}
    found = {
        part.key: _merge(part, before.get(part.key), posted, f"{path}.{part.key}", shown)
        for part in one.parts
        if part.kind != "note"
    }
    return {key: value for key, value in found.items() if value is not None}


def _rows(one: Field, old: list[Any], posted: Posted, path: str, shown: set[str]) -> list[Any]:
    count = last(posted, f"{path}.rows") or ""
    if not (count.isascii() and count.isdigit()) or len(count) > 3:
        return old
    return [
        _parts(one, old[index] if index < len(old) else {}, posted, f"{path}.{index}", shown)
        for index in range(min(int(count), one.max_rows))
    ]


def press(form: Form, raw: dict[str, Any], button: str) -> None:
    """Do what the buttons of a repeated group ask for; anything else changes nothing."""
    what, _, rest = button.partition(":")
    key, _, index = rest.partition(":")
    one = form.fields.get(key)
    if one is None or one.kind != "repeat" or what not in ("add", "remove"):
        return
    rows = list(raw.get(key) or [])
    if what == "add":
        rows.extend({} for _ in range(one.min_rows - len(rows)))  # the empty rows the page showed already
        if len(rows) < one.max_rows:
            rows.append({})
    elif index.isascii() and index.isdigit() and int(index) < len(rows):
        del rows[int(index)]
    raw[key] = rows


def raw_of(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """Stored data as somebody would have typed them."""
    return {key: _raw(form.fields[key], value) for key, value in data.items() if key in form.fields}


def _raw(one: Field, value: Any) -> Any:
    if one.kind == "repeat":
        return [_raw_parts(one, row) for row in value or ()]
    return _raw_parts(one, value or {}) if one.kind in COMPOSITE else typed(one, value)


def _raw_parts(one: Field, value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _raw(one.by_key[key], inner) for key, inner in value.items() if key in one.by_key}


def posted_of(form: Form, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Answers told as plain values (numbers, dates, truth, lists, maps) as a browser would send them.

    Raises KeyError for a field that the form does not have."""
    found: dict[str, list[str]] = {}
    for key, value in answers.items():
        _post(form.fields[key], value, key, found)
    return found


def _post(one: Field, value: Any, path: str, found: dict[str, list[str]]) -> None:
    if one.kind == "repeat":
        found[f"{path}.rows"] = [str(len(value))]
        for index, row in enumerate(value):
            _post_parts(one, row, f"{path}.{index}", found)
    elif one.kind in COMPOSITE:
        _post_parts(one, value, path, found)
    elif one.kind == "checkboxes":
        found[path] = [str(code) for code in value]
    elif value is not None:
        found[path] = ["1" if value is True else "" if value is False else str(value)]


def _post_parts(one: Field, value: Mapping[str, Any], path: str, found: dict[str, list[str]]) -> None:
    for key, inner in value.items():
        _post(one.by_key[key], inner, f"{path}.{key}", found)
