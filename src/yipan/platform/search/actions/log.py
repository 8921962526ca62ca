"""Log what was searched and how much it found, without who asked."""

from datetime import date

from ..domain import masked
from ..models import Query


def log_search(text: str, *, kind: str, hits: int, guessed: bool, day: date) -> None:
    """One row per search; long digits are struck out before anything is stored."""
    words = masked(text)
    if words:
        Query.objects.create(day=day, text=words, kind=kind, hits=hits, guessed=guessed)
