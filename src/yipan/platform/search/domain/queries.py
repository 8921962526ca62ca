"""How a typed text is understood: codes, names, everyday words, pinyin, slips."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .entries import ANY, FULL, SHORT, START
from .text import compact, is_chinese, normalise, pinyin, runs, tokens

CODE_LENGTHS = {12: "基本编码", 31: "实施编码", 33: "业务办理项编码", 43: "办件编号"}
MAX_TEXT = 60
_CODE = re.compile(r"^[0-9a-z]{12,43}$")
_DIGITS = re.compile(r"\d{7,}[0-9x]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as the index is asked. The `…_query` are tsquery literals, "" when that way of matching does not apply;
    `code` is a number to look up, `case_no` tells that a case number was typed (progress, not search)."""

    text: str
    name: str
    code: str = ""
    case_no: str = ""
    title_query: str = ""
    alias_query: str = ""
    summary_query: str = ""
    body_query: str = ""
    pinyin_exact: str = ""
    pinyin_start: str = ""
    pinyin_any: str = ""
    sound_query: str = ""
    loose_query: str = ""
    sound: str = ""
    ignored: tuple[str, ...] = field(default=())


def looks_like_code(text: str) -> str:
    """The kind of code by its length, or ""."""
    code = compact(text)
    return CODE_LENGTHS.get(len(code), "") if _CODE.match(code) and sum(c.isdigit() for c in code) >= 10 else ""


def masked(text: str) -> str:
    """The text as it may be logged: long digits (identity, telephone and account numbers) are struck out."""
    return _DIGITS.sub("#", normalise(text))[:MAX_TEXT]


def understand(text: str, *, ignore: Iterable[str] = ()) -> Understood:
    """Read a typed text. `ignore` are words that say nothing about the matter (怎么办, 我要, the district's name)."""
    text = normalise(text)[:MAX_TEXT]
    code = looks_like_code(text)
    number = compact(text).upper()
    if code == "办件编号":
        return Understood(text, number, case_no=number)
    if code:
        return Understood(text, number, code=number)
    kept, ignored = _without(text, ignore)
    found = runs(kept)
    if not found:
        return Understood(text, "")
    name = "".join(found)
    chinese = any(is_chinese(run) for run in found)
    letters = name if not chinese else ""
    sound = pinyin(name) if chinese and len(name) >= 3 else letters
    return Understood(
        text=text,
        name=name,
        title_query=_all(found, "A"),
        alias_query=_all(found, "AB"),
        summary_query=_all(found, "ABC"),
        body_query=_all(found, ""),
        pinyin_exact=_either(letters, START, ""),
        pinyin_start=_either(letters, START, ":*"),
        pinyin_any=_either(letters, ANY, ":*"),
        sound_query=f"'{ANY}{FULL}{sound[:60]}':*" if chinese and sound else "",
        loose_query=_loose(found, letters),
        sound=sound,
        ignored=ignored,
    )


def _without(text: str, ignore: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Take the empty words out, longest first; a text made of nothing else stays as it is."""
    kept, dropped = text, []
    for word in sorted({normalise(word) for word in ignore}, key=len, reverse=True):
        if word and word in kept:
            kept = kept.replace(word, " ")
            dropped.append(word)
    return (kept, tuple(dropped)) if runs(kept) else (text, ())


def _phrase(run: str, weights: str) -> str:
    marks = f":{weights}" if weights else ""
    if not is_chinese(run):
        return f"'{run}':*{weights}"
    if len(run) == 1:
        return f"'{run}':*{weights}"
    return "(" + " <-> ".join(f"'{token}'{marks}" for token in tokens(run)[:-1]) + ")"


def _all(found: list[str], weights: str) -> str:
    return " & ".join(_phrase(run, weights) for run in found)


def _either(letters: str, mark: str, prefix: str) -> str:
    """Full pinyin or initials; a single letter would match a tenth of everything and is left out."""
    if len(letters) < 2:
        return ""
    letters = letters[:60]
    return f"'{mark}{FULL}{letters}'{prefix} | '{mark}{SHORT}{letters}'{prefix}"


def _loose(found: list[str], letters: str) -> str:
    """Any piece of the text: candidates for a slip of the keyboard, judged afterwards by similarity."""
    if letters:
        return f"'{START}{FULL}{letters[:2]}':*" if len(letters) >= 4 else ""
    pieces = [token for run in found if is_chinese(run) for token in tokens(run)[:-1]]
    singles = [character for run in found if is_chinese(run) and len(run) > 1 for character in run]
    whole = [f"'{piece}':AB" for piece in pieces] + [f"'{character}':*A" for character in singles]
    return " | ".join(dict.fromkeys(whole))
