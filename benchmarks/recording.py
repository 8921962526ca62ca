"""Statements of one request, kept with what they answered, and sent again for other rows: the bare SQL of a benchmark.

Ids are learned: wherever a statement of the recording gave an id (or a number) and its repeat gives another one, all
later parameters that contain the first are sent with the second. So inserts, counters and keys run for new rows, and
nothing but the statements themselves is measured. For ids to be recognised in texts they must be long: ``far_ids``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import ClientCursor, RawCursor
from psycopg.types.json import Json, Jsonb

FIRST_ID = 7_000_000_000_000
LONG_TEXT = 8
Atom = int | str


def far_ids() -> None:
    """Every sequence goes on at a number that is found nowhere else, each at its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) FROM pg_sequences"
            " WHERE data_type = 'bigint'::regtype ORDER BY 1"
        )
        for place, (name,) in enumerate(cursor.fetchall()):
            cursor.execute("SELECT setval(%s, %s)", [name, FIRST_ID + place * 10_000_000_000])


def plain(value: Any) -> Any:
    """Bytes (heads of chains) as the hex text in which statements carry them."""
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def is_atom(value: Any) -> bool:
    return (isinstance(value, int) and value >= FIRST_ID) or (isinstance(value, str) and len(value) >= LONG_TEXT)


@dataclass(slots=True)
class Statement:
    """One statement, or BEGIN or COMMIT; ``holes``: which atoms each parameter contains."""

    text: str
    params: Any = None
    native: bool = False
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    holes: list[tuple[Atom, ...]] = field(default_factory=list)


def _text_of(value: Any) -> str:
    if isinstance(value, (Json, Jsonb)):
        value = value.obj
    return repr(value)


@dataclass(slots=True)
class Recorder:
    """Statements in their order. ``atoms``: what may be another value in a repeat."""

    atoms: set[Atom] = field(default_factory=set)
    kept: list[Statement] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statement = Statement(str(sql), list(params) if isinstance(params, (list, tuple)) else params)
        cursor = context["cursor"].cursor
        statement.native = isinstance(cursor, RawCursor)
        values = statement.params.values() if isinstance(statement.params, dict) else statement.params or []
        for value in values:
            text = _text_of(value)
            statement.holes.append(tuple(atom for atom in self._near(text) if str(atom) in text))
        answer = execute(sql, params, many, context)
        if cursor.description:
            statement.rows = cursor.fetchall()
            if statement.rows:
                cursor.scroll(0, mode="absolute")
            statement.rows = [tuple(map(plain, row)) for row in statement.rows]
            self.atoms.update(cell for row in statement.rows for cell in row if is_atom(cell))
        self.kept.append(statement)
        return answer

    def _near(self, text: str) -> list[Atom]:
        """The atoms worth looking for in a text: longest first, so that a part never replaces the whole."""
        if len(text) < LONG_TEXT:
            return []
        numbers = {int(found) for found in re.findall(r"\d{13,}", text)} & self.atoms
        return [*sorted((a for a in self.atoms if isinstance(a, str)), key=len, reverse=True), *numbers]

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Everything that runs on Django's connection meanwhile, with the bounds of its transactions."""
        from django.db import connection

        commit, autocommit = connection.commit, connection.set_autocommit

        def told_commit() -> None:
            self.kept.append(Statement("COMMIT"))
            commit()

        def told_autocommit(on: bool, *arguments: Any, **named: Any) -> None:
            if not on:
                self.kept.append(Statement("BEGIN"))
            autocommit(on, *arguments, **named)

        connection.commit, connection.set_autocommit = told_commit, told_autocommit  # type: ignore[method-assign]
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            del connection.commit, connection.set_autocommit

    def take(self) -> list[Statement]:
        kept, self.kept = self.kept, []
        return kept


def send(connection: Any, statements: list[Statement], known: dict[Atom, Atom]) -> None:
    """The statements on a psycopg connection (autocommit) for the rows that ``known`` tells; it grows with answers."""
    for statement in statements:
        if statement.params is None and statement.text in ("BEGIN", "COMMIT"):
            connection.execute(statement.text)
            continue
        params = _other(statement, known)
        if statement.native:
            cursor = RawCursor(connection)
            cursor.execute(statement.text, params, prepare=True)
        else:
            cursor = ClientCursor(connection)
            cursor.execute(statement.text, params)
        if statement.rows and cursor.description:
            for recorded, row in zip(statement.rows, cursor.fetchall(), strict=False):
                for old, new in zip(recorded, map(plain, row), strict=False):
                    if old != new and is_atom(old):
                        known[old] = new


def _other(statement: Statement, known: dict[Atom, Atom]) -> Any:
    params = statement.params
    if not params:
        return params
    if isinstance(params, dict):
        pairs = zip(params.items(), statement.holes, strict=True)
        return {name: _filled(value, holes, known) for (name, value), holes in pairs}
    return [_filled(value, holes, known) for value, holes in zip(params, statement.holes, strict=True)]


def _filled(value: Any, holes: tuple[Atom, ...], known: dict[Atom, Atom]) -> Any:
    changed = [(atom, known[atom]) for atom in holes if atom in known]
    return _replaced(value, changed) if changed else value


def _replaced(value: Any, changed: list[tuple[Atom, Atom]]) -> Any:
    if isinstance(value, str):
        for old, new in changed:
            value = value.replace(str(old), str(new))
        return value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return next((new for old, new in changed if old == value), value)
    if isinstance(value, dict):
        return {_replaced(key, changed): _replaced(inner, changed) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_replaced(inner, changed) for inner in value)
    if isinstance(value, (Json, Jsonb)):
        return type(value)(_replaced(value.obj, changed), dumps=value.dumps)
    return value
