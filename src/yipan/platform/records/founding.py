"""What kind of database this is. The kind is the first act and never changes."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from .acts import act
from .domain import SYSTEM

KINDS = ("demo", "test", "production")


class WrongInstallation(Exception):
    """The database is of another kind than what was asked of it; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """``kind`` is demo | test | production; ``founded_at`` is None for a database that was never founded."""

    kind: str
    id: uuid.UUID | None
    founded_at: dt.datetime | None

    @property
    def may_set_clock(self) -> bool:
        """Only demo and test databases have a business clock that can be set."""
        return self.kind in ("demo", "test")


_known: Installation | None = None


def installation() -> Installation:
    """The installation; before it is founded it counts as the kind this process runs as (YIPAN_ENV)."""
    global _known
    if _known is not None:
        return _known
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, id, founded_at FROM records_installation")
        row = cursor.fetchone()
    if row is None:
        return Installation(settings.ENVIRONMENT, None, None)
    found = Installation(*row)
    # Immutable, so a process reads it once; tests roll their databases back and must not remember.
    if settings.ENVIRONMENT != "test":
        _known = found
    return found


def found(kind: str) -> Installation:
    """Found this database as ``kind``, as its first act; again with the same kind changes nothing."""
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO records_installation (kind) VALUES (%s) ON CONFLICT DO NOTHING", [kind])
        if cursor.rowcount:
            cursor.execute("SELECT founded_at, id FROM records_installation")
            founded_at, identity = cursor.fetchall()[0]
            act(
                chain=("installation", "1"),
                verb="records.found",
                actor=SYSTEM,
                at=founded_at,
                subject=("installation", identity),
                to_state=kind,
                payload={"kind": kind},
            )
    now = installation()
    if now.kind != kind:
        raise WrongInstallation(
            f"This database was founded as {now.kind} and cannot serve as {kind}: the kind of a database never "
            "changes. Use another database, or start with YIPAN_ENV=" + now.kind + "."
        )
    return now
