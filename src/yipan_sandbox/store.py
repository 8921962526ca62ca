"""The sandbox's own memory: one SQLite file with a journal and a table of things per system."""

import json
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
  id INTEGER PRIMARY KEY, system TEXT, at REAL, method TEXT, path TEXT, key TEXT, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS thing (system TEXT, kind TEXT, key TEXT, value TEXT, PRIMARY KEY (system, kind, key));
"""


class Store:
    """Safe for threads: one short transaction per call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        with closing(self._open()) as database, database:
            database.executescript(SCHEMA)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=10)

    def note(self, system: str, method: str, path: str, key: str, status: int, body: str) -> None:
        """One received call."""
        with self.lock, closing(self._open()) as database, database:
            database.execute(
                "INSERT INTO journal (system, at, method, path, key, status, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (system, time.time(), method, path, key, status, body),
            )

    def journal(self, system: str, limit: int = 500) -> list[dict[str, Any]]:
        """Newest first."""
        with self.lock, closing(self._open()) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute(
                "SELECT * FROM journal WHERE system = ? ORDER BY id DESC LIMIT ?", (system, limit)
            ).fetchall()
        return [dict(row) for row in rows]

    def count(self, system: str) -> int:
        """How many calls of a system the journal holds."""
        with self.lock, closing(self._open()) as database:
            return database.execute("SELECT count(*) FROM journal WHERE system = ?", (system,)).fetchone()[0]

    def put(self, system: str, kind: str, key: str, value: Any) -> bool:
        """Keep a thing; False when it replaced one."""
        text = json.dumps(value, ensure_ascii=False)
        with self.lock, closing(self._open()) as database, database:
            known = database.execute(
                "SELECT 1 FROM thing WHERE system = ? AND kind = ? AND key = ?", (system, kind, key)
            ).fetchone()
            database.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?)", (system, kind, key, text))
        return known is None

    def get(self, system: str, kind: str, key: str) -> Any:
        with self.lock, closing(self._open()) as database:
            row = database.execute(
                "SELECT value FROM thing WHERE system = ? AND kind = ? AND key = ?", (system, kind, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, system: str, kind: str) -> dict[str, Any]:
        with self.lock, closing(self._open()) as database:
            rows = database.execute(
                "SELECT key, value FROM thing WHERE system = ? AND kind = ? ORDER BY rowid", (system, kind)
            ).fetchall()
        return {key: json.loads(value) for key, value in rows}
