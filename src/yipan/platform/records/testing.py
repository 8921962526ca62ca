"""Help for tests that commit: empty the record tables, whose triggers refuse exactly that.

Works only for the owner of the tables, which the run-time role is not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

PARTITIONED = ("records_act", "records_act_payload", "records_event", "records_access")
GUARDED = (*PARTITIONED, "records_chain", "records_root", "records_root_leaf", "records_installation")
PLAIN = ("records_delivery", "records_outbox", "procrastinate_jobs")


@contextmanager
def without_triggers(*tables: str) -> Iterator[None]:
    """Change records behind the program's back, as somebody with the database's owner password could."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def wipe() -> None:
    """Empty all record tables (tests with real commits call this afterwards)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('records_act') IS NULL")
        if cursor.fetchone()[0]:
            return
    with without_triggers(*GUARDED), connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_root_leaf")
        for table in (*(t for t in GUARDED if t != "records_root_leaf"), *PLAIN):
            cursor.execute(f"DELETE FROM {table}")
