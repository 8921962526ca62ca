"""Columns of a list: what a cell shows on screen, on paper and in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from yipan.kernel.clock import last_day_before

from .. import formats

Kind = Literal["text", "status", "tag", "light", "number", "money", "day", "moment", "action"]


@dataclass(frozen=True)
class Cell:
    """One cell as the template draws it; ``light`` only for lights (an object with code, word, text)."""

    column: "Column"
    text: str
    url: str = ""
    sub: str = ""
    tone: str = "grey"
    light: Any = None


@dataclass(frozen=True)
class Column:
    """``key`` names the row's attribute unless ``value`` computes it.

    ``sort``: the list may be ordered by it (the query must know the name). ``shown``: visible until somebody chooses
    otherwise. ``fixed``: cannot be hidden. ``sub``: a second, fainter line. ``tone``: colour of a status or tag.
    Kind ``action`` is a button to what is done with the row next; it stands on screen only.
    ``personal``: personal data, named in the record of an export. ``nowrap``: its words stay on one line.
    """

    key: str
    label: str
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str] | None = None
    sub: Callable[[Any], Any] | None = None
    tone: Callable[[Any], str] | None = None
    sort: bool = False
    shown: bool = True
    fixed: bool = False
    personal: bool = False
    nowrap: bool = False

    def raw(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.key)

    def text(self, row: Any) -> str:
        value = self.raw(row)
        if value is None:
            return formats.EMPTY
        match self.kind:
            case "light":
                return value.word if value.text == value.word else f"{value.word} {value.text}".strip()
            case "money":
                return formats.yuan(value)
            case "day":
                return formats.day(value)
            case "moment":
                return formats.moment(value)
            case "number":
                return formats.number(value)
            case _:
                return formats.plain(value)

    def cell(self, row: Any) -> Cell:
        raw = self.raw(row)
        return Cell(
            self,
            self.text(row),
            url=self.link(row) if self.link else "",
            sub=formats.plain(self.sub(row)) if self.sub and self.sub(row) not in (None, "") else "",
            tone=self.tone(row) if self.tone else "grey",
            light=raw if self.kind == "light" else None,
        )

    def filed(self, row: Any) -> Any:
        """The value in a file: numbers stay numbers, money is in yuan, the rest is the text of the screen."""
        value = self.raw(row)
        if value is None:
            return None
        if self.kind == "money":
            return Decimal(value) / 100
        if self.kind == "number":
            return value
        text = self.text(row)
        extra = formats.plain(self.sub(row)) if self.sub and self.sub(row) not in (None, "") else ""
        return f"{text} {extra}" if extra else text

    @property
    def data(self) -> bool:
        """Whether it also goes on paper and into files."""
        return self.kind != "action"

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "money")

    @property
    def width(self) -> int:
        """Width in a spreadsheet, in characters."""
        least = {"text": 24, "light": 24, "money": 16, "day": 12, "moment": 17}.get(self.kind, 12)
        return max(least, 2 * len(self.label) + 2)


def last_day(name: str) -> Callable[[Any], date | None]:
    """For a column of kind ``day``: the day whose end (24:00) is the limit in an attribute, as people know it."""

    def of(row: Any) -> date | None:
        due = getattr(row, name)
        return None if due is None else last_day_before(due)

    return of
