"""What a paper is, and what may be printed on it: no tables, no typesetter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PLAIN, WAITING, SEALED, REFUSED, BROKEN = "plain", "waiting", "sealed", "refused", "broken"
STATE_WORDS = {PLAIN: "无需盖章", WAITING: "待盖章", SEALED: "已盖章", REFUSED: "盖章未成功", BROKEN: "制作未成功"}
STATE_TONES = {PLAIN: "green", WAITING: "orange", SEALED: "green", REFUSED: "red", BROKEN: "red"}
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_HEAD = re.compile(r"\A\s*/\*\s*---[^\n]*\n(.*?)^\s*---\s*\*/[^\n]*\n", re.S | re.M)


class DocumentProblem(Exception):
    """A paper that cannot be made; the text is Chinese and says what to do."""


class MissingGlyphs(DocumentProblem):
    """Characters no font has: printing would leave them out without a word."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        codes = "、".join(f"{c}（U+{ord(c):04X}）" for c in characters[:10])
        more = f" 等 {len(characters)} 个字符" if len(characters) > 10 else ""
        super().__init__(
            f"字体中没有 {codes}{more}，不能出具文书。请核对是否录入有误；确需使用的生僻字，"
            "请系统管理员在 YIPAN_FONTS 文件夹中安装含有该字的字体后重试。"
        )


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A paper as others hold it. ``sha256`` is that of the file people get: sealed, when it is to be sealed."""

    id: int
    title: str
    number: str
    template: str
    state: str
    sha256: str
    size: int
    at: datetime

    @property
    def state_word(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def state_tone(self) -> str:
        return STATE_TONES[self.state]

    @property
    def ready(self) -> bool:
        return self.state in (PLAIN, SEALED)


def split_head(text: str) -> tuple[str, int]:
    """The YAML head of a template, which stands in its first comment between ``/* ---`` and ``--- */``, and the
    number of lines before it. ("", 0) when there is none."""
    found = _HEAD.match(text)
    return (found[1], text.count("\n", 0, found.start(1))) if found else ("", 0)


def texts(value: Any) -> Iterator[str]:
    """Every text of JSON data, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one)
    elif value is not None:
        yield str(value)


def printed_without(value: Any, glyphs: frozenset[int]) -> str:
    """The characters of ``value`` that no font has, in their order; line breaks and tabs need none."""
    missing = {c: None for text in texts(value) for c in text if ord(c) not in glyphs and c not in "\r\n\t"}
    return "".join(missing)


def fill(pattern: str, data: Mapping[str, Any]) -> str:
    """``/progress/?no={short_no}`` with the texts of the data; raises DocumentProblem for a missing one."""

    def value(match: re.Match[str]) -> str:
        if not data.get(match[1]):
            raise DocumentProblem(f"二维码需要数据“{match[1]}”，但没有提供")
        return str(data[match[1]])

    return _PLACEHOLDER.sub(value, pattern)


def placeholders(pattern: str) -> list[str]:
    return _PLACEHOLDER.findall(pattern)


def missing_fields(fields: list[str], data: Mapping[str, Any]) -> list[str]:
    """Fields that the template prints and the data do not have; an empty text is a legal value, absence is not."""
    return [name for name in fields if data.get(name) is None]


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: doubling from 5 seconds to 10 minutes, without an end."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
