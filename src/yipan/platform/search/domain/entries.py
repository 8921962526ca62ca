"""What a room puts into the index, and the tsvector made from it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .text import beginnings, compact, initials, is_chinese, runs, syllables, tokens

_BRACKETS = re.compile(r"[（(【\[][^（）()【】\[\]]*[）)】\]]")
MAX_POSITION = 16_000  # PostgreSQL keeps positions up to 16383
# Lexemes of pinyin carry a mark that no text contains: ^ the beginning of the title, ~ the beginning of any syllable.
START, ANY = "^", "~"
FULL, SHORT = "p", "i"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found. `aliases` are other names of it, `codes` its exact numbers, `facets` what results
    are filtered by (``object:1``, ``online``); `popularity` breaks ties (0 to 100)."""

    kind: str
    key: str
    title: str
    url: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    body: str = ""
    codes: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    unit_name: str = ""
    region: str = ""
    popularity: int = 0


def names_of(entry: Entry) -> list[str]:
    """Every way to write the exact name: the title, the title without what stands in brackets, the aliases."""
    plain = _BRACKETS.sub("", entry.title)
    return list(dict.fromkeys(filter(None, (compact(name) for name in (entry.title, plain, *entry.aliases)))))


def vector_of(entry: Entry) -> str:
    """The tsvector literal: title A, aliases B, summary C, body D, and pinyin lexemes without position."""
    lexemes: dict[str, list[str]] = {}
    position = 1
    parts = [(entry.title, "A"), *((alias, "B") for alias in entry.aliases), (entry.summary, "C"), (entry.body, "D")]
    for text, weight in parts:
        for run in runs(text):
            for token in tokens(run):
                if position > MAX_POSITION:
                    break
                places = lexemes.setdefault(token, [])
                if len(places) < 250:
                    places.append(f"{position}{weight}")
                position += 1
            position += 1
        position += 2
    for lexeme in _pinyin_lexemes(entry):
        lexemes.setdefault(lexeme, [])
    return " ".join(f"'{token}':{','.join(places)}" if places else f"'{token}'" for token, places in lexemes.items())


def _pinyin_lexemes(entry: Entry) -> Iterable[str]:
    plain = _BRACKETS.sub("", entry.title) or entry.title
    yield f"{START}{FULL}{''.join(syllables(plain))[:60]}"
    yield f"{START}{SHORT}{initials(plain)[:60]}"
    for name in (entry.title, *entry.aliases):
        if not any(is_chinese(run) for run in runs(name)):
            continue
        parts = syllables(name)
        yield from (f"{ANY}{FULL}{text}" for text in beginnings(parts))
        letters = [part if part in runs(name) else part[:1] for part in parts]
        yield from (f"{ANY}{SHORT}{text}" for text in beginnings(letters))
