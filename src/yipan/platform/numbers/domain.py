"""Patterns of numbers and short codes; pure."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from yipan.kernel.identifiers import mod_11_10, normalise

ISSUED, RESERVED, VOID = "issued", "reserved", "void"
# Without 0/O, 1/I/L and U, which are mistaken for each other when read from paper.
QUERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
QUERY_LENGTH = 8
_PLACE = re.compile(r"\{([a-z_]+)(?::0([1-9])d)?\}")


class BadPattern(ValueError):
    """A pattern that cannot give numbers; the text is Chinese."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern cut at its ``{number}``: text before, least width of the number, text after."""

    before: str
    width: int
    after: str

    def text(self, number: int) -> str:
        return f"{self.before}{number:0{self.width}d}{self.after}"


def names_in(pattern: str) -> list[str]:
    """Names of the places in a pattern, in order. Raises BadPattern for stray braces or other formats."""
    rest = _PLACE.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise BadPattern(f"编号格式“{pattern}”中的花括号写法不对，应形如 {{year}} 或 {{number:06d}}")
    return [match[1] for match in _PLACE.finditer(pattern)]


def cut(pattern: str, values: Mapping[str, object]) -> Pattern:
    """Fill everything but ``{number}``. Raises BadPattern: no number, two numbers, a name without value."""
    names = names_in(pattern)
    if names.count("number") != 1:
        raise BadPattern(f"编号格式“{pattern}”须恰好含有一处 {{number}}")
    missing = [name for name in names if name != "number" and name not in values]
    if missing:
        raise BadPattern(f"编号格式“{pattern}”缺少取值：{'、'.join(missing)}")

    def fill(part: str) -> str:
        return _PLACE.sub(lambda m: f"{int(str(values[m[1]])):0{m[2]}d}" if m[2] else str(values[m[1]]), part)

    match = next(match for match in _PLACE.finditer(pattern) if match[1] == "number")
    return Pattern(fill(pattern[: match.start()]), int(match[2] or 1), fill(pattern[match.end() :]))


def format_number(pattern: str, *, number: int, **values: object) -> str:
    """``format_number("{prefix}许准字〔{year}〕第{number:06d}号", prefix="蓬市监", year=2021, number=123)``."""
    return cut(pattern, values).text(number)


def new_spoken() -> str:
    """Nine digits to say on the telephone: eight by chance and a check digit (MOD 11,10), so that one misheard digit
    is noticed. By chance, because a running number would tell everybody how many cases there are."""
    body = str(10_000_000 + secrets.randbelow(90_000_000))
    return body + mod_11_10(body)


def new_query_code() -> str:
    """Eight characters that cannot be guessed (6.5 · 10¹¹)."""
    return "".join(secrets.choice(QUERY_ALPHABET) for _ in range(QUERY_LENGTH))


def show_short(code: str) -> str:
    """A short number in groups of three, a query code in groups of four."""
    size = 3 if code.isdigit() else 4
    return " ".join(code[i : i + size] for i in range(0, len(code), size))


def normalise_short(text: str) -> str:
    """What somebody typed, as stored; "" when it can be neither a short number nor a query code."""
    code = re.sub(r"[-‐‑–—_]", "", normalise(text))
    if re.fullmatch(r"[0-9]{9}", code):
        return code if mod_11_10(code[:8]) == code[8] else ""
    return code if len(code) == QUERY_LENGTH and set(code) <= set(QUERY_ALPHABET) else ""
