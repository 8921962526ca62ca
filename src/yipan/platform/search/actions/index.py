"""Keep the index: put, remove, rebuild.

No act is recorded: the index is derived and holds nothing of its own.
"""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from django.db import connection, transaction

from .. import registry
from ..domain import Entry, names_of, vector_of
from ..models import Document

_PUT = """
INSERT INTO search_document
  (kind, key, title, names, summary, url, unit_name, region, facets, codes, popularity, vector)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::tsvector)
ON CONFLICT (kind, key) DO UPDATE SET
  title = excluded.title, names = excluded.names, summary = excluded.summary, url = excluded.url,
  unit_name = excluded.unit_name, region = excluded.region, facets = excluded.facets, codes = excluded.codes,
  popularity = excluded.popularity, vector = excluded.vector
"""


def put(entries: Iterable[Entry]) -> int:
    """Write or rewrite documents; returns how many."""
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        waiting = iter(entries)
        while batch := list(islice(waiting, 500)):
            cursor.executemany(_PUT, [_row(entry) for entry in batch])
            count += len(batch)
    return count


def _row(entry: Entry) -> list[Any]:
    return [
        entry.kind,
        entry.key,
        entry.title,
        names_of(entry),
        entry.summary,
        entry.url,
        entry.unit_name,
        entry.region,
        list(entry.facets),
        [code.upper() for code in entry.codes],
        entry.popularity,
        vector_of(entry),
    ]


def remove(kind: str, keys: Collection[str]) -> int:
    """Take documents out (an item was cancelled); returns how many there were."""
    return Document.objects.filter(kind=kind, key__in=list(keys)).delete()[0]


def keep_only(kind: str, start: str, keys: Collection[str]) -> int:
    """Take out the documents whose key begins so and is none of these; returns how many there were."""
    return Document.objects.filter(kind=kind, key__startswith=start).exclude(key__in=list(keys)).delete()[0]


def rebuild(kind: str | None = None) -> int:
    """Write the index anew from what the rooms have now; documents they no longer have disappear."""
    total = 0
    for known in registry.kinds():
        if kind is not None and known.name != kind:
            continue
        with transaction.atomic():
            entries = list(known.documents())
            put(entries)
            Document.objects.filter(kind=known.name).exclude(key__in=[entry.key for entry in entries]).delete()
        total += len(entries)
    return total
