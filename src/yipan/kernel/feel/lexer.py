"""Text → tokens. Names are single words here; the parser joins words to names with spaces that it knows."""

import re
from dataclasses import dataclass

from .errors import FeelError

NUMBER, STRING, NAME, SYMBOL, AT, END = "number", "string", "name", "symbol", "at", "end"

_KEYWORDS = "for return if then else some every satisfies in and or between instance function external true false null"
KEYWORDS = frozenset(_KEYWORDS.split())
MAX_LENGTH = 20_000  # characters of one expression

# FEEL's name characters: letters of every script, digits, "_", "?", and the planes above U+FFFF (emoji and the like).
_START = r"[^\W\d]|[?\U00010000-\U000EFFFF]"
_TOKEN = re.compile(
    rf"""
      (?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<at>@\s*"(?:[^"\\]|\\.)*")
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<name>(?:{_START})(?:{_START}|\d)*)
    | (?P<symbol>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{{}},.:'&%^|;])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "/": "/"}
# What people type on a Chinese keyboard, and what was meant.
_FULL_WIDTH = {
    "（": "(",
    "）": ")",
    "，": ",",
    "：": ":",
    "＝": "=",
    "＜": "<",
    "＞": ">",
    "“": '"',
    "”": '"',
    "；": ",",
}


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is the word, symbol, number or unescaped string; ``start`` and ``end`` are offsets in the source."""

    kind: str
    text: str
    start: int
    end: int

    def word(self) -> bool:
        return self.kind == NAME


def tokens(source: str) -> list[Token]:
    """All tokens, the last one of kind END. Raises FeelError for characters the language does not have."""
    if len(source) > MAX_LENGTH:
        raise FeelError(f"表达式超过 {MAX_LENGTH} 个字符", MAX_LENGTH, "请拆成几条规则或用决策表")
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise _bad_character(source, at)
        kind = str(match.lastgroup)
        text = match.group()
        if kind in (STRING, AT):
            text = _unescape(text[text.index('"') + 1 : -1])
        if kind != "space":
            found.append(Token(kind, text, at, match.end()))
        at = match.end()
    found.append(Token(END, "", len(source), len(source)))
    return found


def words(name: str) -> tuple[str, ...]:
    """A name split the way the source is split, so that "Monthly  Salary" and "Monthly Salary" are one name."""
    try:
        return tuple(token.text for token in tokens(name)[:-1])
    except FeelError:
        return ()


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) > 1:
            number = int(code[1:], 16)
            return chr(number) if number <= 0x10FFFF else match.group()
        return _SIMPLE.get(code, match.group())

    joined = _ESCAPE.sub(one, text)
    # Two \uXXXX of a surrogate pair are one character.
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _surrogates(joined) else joined


def _surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _bad_character(source: str, at: int) -> FeelError:
    char = source[at]
    if char in _FULL_WIDTH:
        return FeelError(f"不能使用全角符号“{char}”", at, f"请改用半角 {_FULL_WIDTH[char]}")
    if char == '"':
        return FeelError("引号没有结束", at, "文字两端都要有英文双引号")
    return FeelError(f"不认识的字符“{char}”", at)
