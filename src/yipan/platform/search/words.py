"""Files of words (packs, folder ``synonyms``): everyday words, words to ignore, hot words."""

from dataclasses import dataclass

from yipan.kernel.packs import Document, Finding

from .domain import compact, normalise

SYNONYM, IGNORE, HOT = "synonym", "ignore", "hot"


@dataclass(frozen=True, slots=True)
class WordEntry:
    """`keys` are documents as ``kind:key``, `phrases` other words to search for as well."""

    word: str
    shown: str
    role: str
    keys: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


WordList = list[WordEntry]


def parse_words(document: Document) -> tuple[WordList, list[Finding]]:
    """Read one file: ``synonyms`` (words, items, means), ``ignore`` and ``hot`` lists."""
    fields = document.fields()
    fields.text("source", required=False)
    entries: dict[str, WordEntry] = {}
    for entry in fields.maps("synonyms"):
        keys = tuple(key if ":" in key else f"item:{key}" for key in entry.texts("items"))
        phrases = tuple(normalise(phrase) for phrase in entry.texts("means"))
        if not keys and not phrases:
            entry.fault("同义词要写指向的事项“items”或者同义的说法“means”")
        for i, shown in enumerate(entry.texts("words", required=True)):
            word = compact(shown)
            if word in entries:
                entry.fault(f"词“{shown}”重复出现，请合并", "words", i)
            if len(word) < 2:
                entry.fault(f"词“{shown}”太短，至少两个字", "words", i)
            entries[word] = WordEntry(word, shown, SYNONYM, keys, phrases)
        entry.nothing_else()
    for role in (IGNORE, HOT):
        for i, shown in enumerate(fields.texts(role)):
            word = compact(shown)
            if role == IGNORE and word in entries:
                fields.fault(f"“{shown}”既是同义词又要忽略，请删去一处", role, i)
            entries[f"{role}:{word}"] = WordEntry(word, shown, role)
    fields.nothing_else()
    return list(entries.values()), fields.findings
