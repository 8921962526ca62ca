"""The result of a check, and the normalisation that comes before every check."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """`normalised` is the form to store and compare; `errors` refuse the text, `warnings` only ask to look twice;
    `facts` are what the number itself says (birth, sex, region, kind …)."""

    ok: bool
    normalised: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return "；".join(self.errors)

    def __bool__(self) -> bool:
        return self.ok


def passed(text: str, *warnings: str, **facts: Any) -> Check:
    return Check(True, text, (), tuple(w for w in warnings if w), facts)


def failed(text: str, *errors: str) -> Check:
    return Check(False, text, errors)


def normalise(text: str) -> str:
    """As typed → as stored: NFKC (full width to half width), blanks around and inside removed, capitals.

    U+3000, no-break and zero-width blanks come in with copies from documents and are removed as well."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))
    return text.upper()


def is_digits(text: str) -> bool:
    """ASCII digits only: str.isdigit accepts other scripts and superscripts."""
    return text.isascii() and text.isdigit()
