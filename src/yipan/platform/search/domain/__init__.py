"""Pure parts of the search: text to tokens and pinyin, what is indexed, how a query is understood."""

from .entries import Entry, names_of, vector_of
from .queries import Understood, looks_like_code, masked, understand
from .text import compact, initials, normalise, pinyin, runs, similarity

__all__ = [
    "Entry",
    "Understood",
    "compact",
    "initials",
    "looks_like_code",
    "masked",
    "names_of",
    "normalise",
    "pinyin",
    "runs",
    "similarity",
    "understand",
    "vector_of",
]
