"""Monthly partitions of acts, payloads, events and the access log."""

import datetime as dt

from django.db import connection


def ensure(first: dt.date, last: dt.date) -> int:
    """Make the partitions of all months from ``first`` to ``last``; how many were made. A month whose rows already
    lie in the default partition stays there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_make_partitions(%s::date, %s::date)", [first.isoformat(), last.isoformat()])
        return cursor.fetchone()[0]


def ensure_next(months: int = 3) -> int:
    """This month and the next ``months``, by the database's clock (run daily by the worker)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT records_make_partitions(current_date, (current_date + make_interval(months => %s))::date)", [months]
        )
        return cursor.fetchone()[0]
