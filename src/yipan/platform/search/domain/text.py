"""Chinese text as it is searched: normal form, runs, bigrams, pinyin."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

_CJK = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CJK}]+|[a-z0-9]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_LATIN = re.compile(r"^[a-z0-9]+$")


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """NFKC (full width to half), lower case, traditional to simplified characters; blanks become one space."""
    text = unicodedata.normalize("NFKC", text).lower()
    if _IS_CJK.search(text):
        text = _converter().convert(text)
    return " ".join(text.split())


def runs(text: str) -> list[str]:
    """Maximal runs of Chinese characters, and of letters and digits; everything else separates."""
    return _RUN.findall(normalise(text))


def compact(text: str) -> str:
    """The normal form without separators, to compare names."""
    return "".join(runs(text))


def is_chinese(run: str) -> bool:
    return bool(_IS_CJK.match(run))


def tokens(run: str) -> list[str]:
    """What is indexed for a run: bigrams, and the last character alone, so that every character begins a token."""
    if not is_chinese(run):
        return [run]
    return [run[i : i + 2] for i in range(len(run))]


def syllables(text: str) -> list[str]:
    """Pinyin without tones, one syllable per character; runs of letters and digits stay whole."""
    result: list[str] = []
    for run in runs(text):
        result.extend(_spoken(run) if is_chinese(run) else [run])
    return [syllable for syllable in result if syllable.isascii()]


@lru_cache(maxsize=20_000)
def _spoken(run: str) -> tuple[str, ...]:
    """The syllables of one run; a catalogue says the same few thousand words again and again."""
    from pypinyin import Style, lazy_pinyin  # its dictionaries take half a second and 30 MB: only who searches pays

    return tuple(part.replace("ü", "v") for part in lazy_pinyin(run, style=Style.NORMAL, errors="ignore"))


def pinyin(text: str) -> str:
    return "".join(syllables(text))


def initials(text: str) -> str:
    """First letters; a run of letters counts in full (KTV许可 → ktvxk)."""
    return "".join(s if _LATIN.match(s) and s in runs(text) else s[:1] for s in syllables(text))


def beginnings(parts: list[str], limit: int = 20) -> Iterator[str]:
    """The text joined from each part on, so that a prefix search finds the middle of a name."""
    for start in range(min(len(parts), limit)):
        yield "".join(parts[start:])[:60]


def similarity(left: str, right: str) -> float:
    """0 to 1, by the longest common pieces; symmetric enough for names of up to some forty characters."""
    return SequenceMatcher(None, left, right, autojunk=False).ratio()
