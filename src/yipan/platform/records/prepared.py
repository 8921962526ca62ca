"""Statements of the hot paths: parameters go to the server beside the text, and PostgreSQL keeps the plan.

Django's own cursors put values into the text, so that every statement is parsed and planned anew; for a statement that
writes eight tables this costs more than its execution. These run on the same connection and in the same transaction,
and are seen by ``execute_wrapper`` like all others. Behind a pooler that cannot keep prepared statements set
``YIPAN_PREPARED=0``; they are planned each time then.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import RawCursor

_PLACE = re.compile(r"%\((\w+)\)s|(%%)")


class _Keeping(RawCursor[Any]):
    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        return super().execute(query, params, prepare=True, **more)

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)  # what Django's log of statements shows
        return self._query


@lru_cache(maxsize=1024)
def _native(text: str) -> tuple[str, tuple[str, ...]]:
    """``%(name)s`` as ``$1``; the names in the order of their numbers."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        if found[2]:
            return "%"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _PLACE.sub(number, text), tuple(names)


def execute(text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement with ``%(name)s`` parameters; its rows (none for a statement that gives none).

    The number of different texts must be small: values never belong into the text."""
    query, names = _native(text)
    connection.ensure_connection()
    raw = _Keeping(connection.connection)
    with connection._prepare_cursor(raw) as cursor:  # its wrappers, errors and time zones
        cursor.execute(query, [params[name] for name in names])
        answer = raw.pgresult  # its ``description`` would build an object a column
        return cursor.fetchall() if answer is not None and answer.nfields else []
