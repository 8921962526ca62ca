"""A form as immutable values. How the JSON is written: docs/decisions/0003-form-schema.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from yipan.kernel.feel import Expression

# kind → what it is called in findings
KINDS = {
    "text": "单行文字",
    "textarea": "多行文字",
    "integer": "整数",
    "decimal": "小数",
    "money": "金额（元）",
    "date": "日期",
    "choice": "单选",
    "radio": "单选（平铺）",
    "select": "单选（下拉）",
    "checkboxes": "多选",
    "agree": "勾选确认",
    "id_number": "证件号码",
    "credit_code": "统一社会信用代码",
    "phone": "电话号码",
    "address": "地址",
    "person": "人员",
    "repeat": "可重复的一组",
    "note": "说明文字",
}
CHOICES = frozenset({"choice", "radio", "select", "checkboxes"})
COMPOSITE = frozenset({"address", "person", "repeat"})
NUMBERS = frozenset({"integer", "decimal", "money"})
SHORT, LONG = 200, 2000  # characters of texts when the schema sets no limit
MANY_OPTIONS = 6  # a "choice" with more becomes a drop-down list
MAX_ROWS = 50


@dataclass(frozen=True)
class Prefilled:
    """A value that did not come from the applicant: who said so, when it was taken, and whether it may be changed."""

    value: Any
    source: str
    taken_at: datetime
    locked: bool = False


@dataclass(frozen=True)
class Check:
    """A rule that must not be false; unknown (something is not filled in yet) is no fault."""

    test: Expression
    message: str
    field: str = ""


@dataclass(frozen=True)
class Field:
    """``parts`` are the inner fields of a composite; ``prefill`` is the name of a source such as ``firm.code``."""

    key: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    required_when: Expression | None = None
    show_when: Expression | None = None
    checks: tuple[Check, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    codes: str = ""
    prefill: str = ""
    max_length: int = SHORT
    least: Decimal | None = None
    most: Decimal | None = None
    digits: int = 2
    unit: str = ""
    documents: tuple[str, ...] = ("resident",)
    parts: tuple["Field", ...] = ()
    order: tuple[str, ...] = ()
    min_rows: int = 0
    max_rows: int = MAX_ROWS

    @cached_property
    def by_key(self) -> dict[str, "Field"]:
        return {part.key: part for part in self.parts}

    @property
    def widget(self) -> str:
        if self.kind == "choice":
            return "radio" if len(self.options) <= MANY_OPTIONS and not self.codes else "select"
        return self.kind


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    hint: str = ""
    show_when: Expression | None = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Form:
    """``order``: keys of fields so that each comes after those its visibility depends on."""

    key: str
    title: str
    intro: str
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    context: tuple[str, ...]
    order: tuple[str, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {field.key: field for section in self.sections for field in section.fields}

    @cached_property
    def section_of(self) -> dict[str, Section]:
        return {field.key: section for section in self.sections for field in section.fields}

    @cached_property
    def conditional(self) -> bool:
        """Whether an answer can change what is asked."""
        return any(section.show_when for section in self.sections) or any(
            one.show_when or one.required_when for one in self.every_field()
        )

    def every_field(self) -> Iterator[Field]:
        for field in self.fields.values():
            yield field
            yield from field.parts
