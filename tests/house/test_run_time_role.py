"""The run-time role writes records and cannot take them back."""

import datetime as dt

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from yipan.house.database import APP
from yipan.house.schema import grant_run_time_rights
from yipan.platform import records

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_the_run_time_role_may_write_but_not_forget():
    """With the grants of the run-time role acts go in and partitions can be made, and nothing is changed."""
    grant_run_time_rights()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP}")
        records.act(chain=("case", 1), verb="v", actor=records.SYSTEM, at=AT, subject=("case", 1))
        cursor.execute("SELECT records_make_partitions('2031-01-01', '2031-02-01')")
        assert cursor.fetchone() == (8,)
        for statement in (
            "UPDATE records_act SET verb = 'x'",
            "ALTER TABLE records_act DISABLE TRIGGER USER",
            "TRUNCATE records_act",
            "DROP TABLE records_act_203101",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                cursor.execute(statement)
            assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege), statement
        cursor.execute("RESET ROLE")
