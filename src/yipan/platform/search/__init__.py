"""Search: one box over everything the public may find, in Chinese as people type it.

Names, everyday words, pinyin and initials, traditional characters, full width, slips of the keyboard, and the codes of
items. The index is a bigram tsvector with phrase queries (two characters are enough, which trigrams cannot do).

* ``registry.register("item", "事项", documents, order=10)``: a room says what it has; ``documents()`` yields
  `domain.Entry` values for a rebuild.
* ``actions.put(entries)``, ``actions.remove(kind, keys)``, ``actions.rebuild(kind)`` keep the index.
* ``queries.find(text, kinds=…, facets=…)`` answers with hits, counts per kind and how the text was understood.
* Packs: folder ``synonyms`` (words to items, words to ignore, hot words).
* Searches are logged without identity; those that found nothing are the list of words to mend.
"""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Modules that read models are imported on first use: the room is imported before Django is ready."""
    if name in ("actions", "queries", "registry"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(name)
