"""Kinds of licence as packs describe them, and what stands on the face of one licence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


class LicenceProblem(Exception):
    """A licence that cannot be issued or changed; the text is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """A line of the face: its label, the keys of the form data it may come from, the words of coded values.

    ``masked``: a natural person's name, masked for the public. ``public`` False: not shown to the public at all."""

    label: str
    keys: tuple[str, ...]
    words: Mapping[str, str]
    masked: bool = False
    public: bool = True
    required: bool = False


@dataclass(frozen=True, slots=True)
class NumberRule:
    """``food``: JY number by business kind (kind_keys, kinds: word or code → 1, 2, 3) in a region, with check digit.
    ``pattern``: consecutive numbers per year, written by a pattern of the room ``numbers``."""

    style: str
    pattern: str = ""
    region: str = ""
    kind_keys: tuple[str, ...] = ()
    kinds: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of licence. ``type_code`` is the national 21-character code, or "" when there is none."""

    key: str
    title: str
    type_code: str
    document: str
    number: NumberRule
    years: int | None
    holder_label: str
    code_label: str
    fields: tuple[Field, ...]
    note: str = ""


def value_of(data: Mapping[str, Any], keys: tuple[str, ...], words: Mapping[str, str]) -> str:
    """The first value that exists under the keys, as text: lists are joined, codes become words."""
    for key in keys:
        value = data.get(key)
        if value in (None, "", [], {}):
            continue
        if isinstance(value, Mapping):
            value = [part for part in value.values() if isinstance(part, str)]
            return "".join(value)
        if isinstance(value, (list, tuple)):
            return "、".join(words.get(str(one), str(one)) for one in value)
        return words.get(str(value), str(value))
    return ""


def face(kind: Kind, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of one licence, frozen when it is issued: {label, value, masked, public}.

    Raises LicenceProblem when a line that must be there has no value."""
    rows = []
    for field in kind.fields:
        value = value_of(data, field.keys, field.words)
        if not value and field.required:
            raise LicenceProblem(f"申请表中没有“{field.label}”，不能制作{kind.title}")
        if value:
            rows.append({"label": field.label, "value": value, "masked": field.masked, "public": field.public})
    return rows


def food_kind(rule: NumberRule, data: Mapping[str, Any]) -> str:
    """The digit 1, 2 or 3 of a food licence number. Raises LicenceProblem when the form does not say the kind."""
    for key in rule.kind_keys:
        value = data.get(key)
        for one in value if isinstance(value, (list, tuple)) else [value]:
            digit = (rule.kinds or {}).get(str(one), "")
            if digit:
                return digit
    raise LicenceProblem("申请表中没有可识别的主体业态，不能编制食品经营许可证编号")


def valid_until(start: date, years: int | None) -> date | None:
    """The last day of a validity of full years: the day before the anniversary; None without end."""
    if years is None:
        return None
    try:
        anniversary = start.replace(year=start.year + years)
    except ValueError:  # 29 February
        anniversary = date(start.year + years, 3, 1)
    return anniversary - timedelta(days=1)
