"""Replace the words that come from one source (one file of one pack)."""

from django.db import transaction

from ..models import Word
from ..words import WordList


def replace_words(words: WordList, *, source: str) -> int:
    """Everything this source said before is replaced; words of other sources stay, and the newest source wins."""
    rows = [
        Word(
            word=w.word, shown=w.shown, keys=list(w.keys), phrases=list(w.phrases), role=w.role, order=i, source=source
        )
        for i, w in enumerate(words)
    ]
    with transaction.atomic():
        Word.objects.filter(source=source).delete()
        for role in {row.role for row in rows}:
            Word.objects.filter(role=role, word__in=[row.word for row in rows if row.role == role]).delete()
        Word.objects.bulk_create(rows)
    return len(rows)
