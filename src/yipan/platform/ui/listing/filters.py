"""Filters of a list: read from the address, checked, shown again as words on prints and exports."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict

from .values import Between

Options = Sequence[tuple[str, str]]
_FULL_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class Wrong(Exception):
    """A filter that cannot be understood; the text tells how to mend it."""


@dataclass(frozen=True)
class Filter:
    key: str
    label: str
    kind: ClassVar[str] = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters in the address."""
        return (self.key,)

    def read(self, given: QueryDict, request: HttpRequest) -> Any:
        """The typed value, or None when nothing was asked. Raises Wrong."""
        raise NotImplementedError

    def words(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return str(value)


@dataclass(frozen=True)
class Text(Filter):
    """Free text; full-width letters and digits are made half-width."""

    hint: str = ""
    longest: int = 100
    kind: ClassVar[str] = "text"

    def read(self, given: QueryDict, request: HttpRequest) -> str | None:  # noqa: ARG002
        text = unicodedata.normalize("NFKC", given.get(self.key, "")).strip()
        if "\0" in text:
            raise Wrong("不能包含控制字符")
        if len(text) > self.longest:
            raise Wrong(f"最多 {self.longest} 个字")
        return text or None


@dataclass(frozen=True)
class Choice(Filter):
    """One of ``options`` (value, label), or several with ``many``; options may depend on the request."""

    options: Options | Callable[[HttpRequest], Options] = ()
    many: bool = False
    kind: ClassVar[str] = "choice"

    def choices(self, request: HttpRequest) -> Options:
        return self.options(request) if callable(self.options) else self.options

    def read(self, given: QueryDict, request: HttpRequest) -> str | tuple[str, ...] | None:
        asked = [value for value in given.getlist(self.key) if value]
        if not asked:
            return None
        known = {value for value, _ in self.choices(request)}
        for value in asked:
            if value not in known:
                raise Wrong("请从列出的选项中选择")
        return tuple(asked) if self.many else asked[0]

    def words(self, value: Any, request: HttpRequest) -> str:
        labels = dict(self.choices(request))
        return "、".join(labels[part] for part in (value if isinstance(value, tuple) else (value,)))


@dataclass(frozen=True)
class Flag(Filter):
    """Only rows that have the property."""

    kind: ClassVar[str] = "flag"

    def read(self, given: QueryDict, request: HttpRequest) -> bool | None:  # noqa: ARG002
        return True if given.get(self.key) else None

    def words(self, value: Any, request: HttpRequest) -> str:  # noqa: ARG002
        return "是"


@dataclass(frozen=True)
class Range(Filter):
    """Both ends included, either may be open; the parameters are ``<key>_from`` and ``<key>_to``."""

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def one(self, text: str) -> Any:
        raise NotImplementedError

    def read(self, given: QueryDict, request: HttpRequest) -> Between | None:  # noqa: ARG002
        ends = [unicodedata.normalize("NFKC", given.get(name, "")).strip() for name in self.names]
        if not any(ends):
            return None
        low, high = (self.one(text) if text else None for text in ends)
        if low is not None and high is not None and low > high:
            raise Wrong("起始不能大于截止")
        return Between(low, high)

    def words(self, value: Between, request: HttpRequest) -> str:  # noqa: ARG002
        return f"{'不限' if value.low is None else value.low} 至 {'不限' if value.high is None else value.high}"


@dataclass(frozen=True)
class DateRange(Range):
    """Days (Asia/Shanghai), written 2021-11-08, 2021/11/8 or 2021年11月8日."""

    kind: ClassVar[str] = "dates"

    def one(self, text: str) -> date:
        parts = _FULL_DATE.fullmatch(text)
        try:
            return date(*(int(part) for part in parts.groups()))  # type: ignore[union-attr]
        except (AttributeError, ValueError) as error:
            raise Wrong(f"“{text[:20]}”不是日期，请写成 2021-11-08") from error


@dataclass(frozen=True)
class NumberRange(Range):
    unit: str = ""
    kind: ClassVar[str] = "numbers"

    def one(self, text: str) -> Decimal:
        try:
            number = Decimal(text.replace(",", ""))
        except InvalidOperation as error:
            raise Wrong(f"“{text[:20]}”不是数字") from error
        if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
            raise Wrong("数字超出范围")
        return number


@dataclass(frozen=True)
class Asked:
    """What a request asks of the filters: typed values, faults by key, and the same in words."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()


def read(filters: Sequence[Filter], given: QueryDict, request: HttpRequest) -> Asked:
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    words: list[tuple[str, str]] = []
    for one in filters:
        try:
            value = one.read(given, request)
        except Wrong as wrong:
            errors[one.key] = str(wrong)
            continue
        if value is not None:
            values[one.key] = value
            words.append((one.label, one.words(value, request)))
    return Asked(values, errors, tuple(words))
