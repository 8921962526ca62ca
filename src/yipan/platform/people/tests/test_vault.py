"""The identity vault: encrypted, found by blind index, closed by the database itself."""

import pytest
from django.db import DatabaseError, connection, transaction

from yipan.platform import calendar
from yipan.platform.people import vault
from yipan.platform.people.models import Person, VaultRow

pytestmark = pytest.mark.django_db
NUMBER = "440703199003070013"


@pytest.fixture
def person():
    made = Person.objects.create(name="黄家俊", created_at=calendar.now())
    vault.put(made, vault.RESIDENT_ID, NUMBER, at=calendar.now())
    return made


def test_rows_are_invisible_unless_the_vault_is_open(person):
    """Security 2 (row level): a forgotten filter elsewhere finds nothing, even for the owner of the table."""
    assert VaultRow.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_vault")
        assert cursor.fetchall() == [(0,)]
    assert vault.find(vault.RESIDENT_ID, NUMBER) == person.pk
    assert VaultRow.objects.count() == 0
    with vault._opened():
        assert VaultRow.objects.count() == 1


def test_rows_cannot_be_written_unless_the_vault_is_open(person):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        VaultRow.objects.create(person=person, kind="phone", cipher="x", blind_index="y", at=calendar.now())
    assert VaultRow.objects.all().delete()[0] == 0
    assert vault.find(vault.RESIDENT_ID, NUMBER) == person.pk


def test_the_role_of_the_web_processes_sees_nothing_either(person):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT quote_ident(current_schema())")
        cursor.execute(f"GRANT USAGE ON SCHEMA {cursor.fetchall()[0][0]} TO yipan_app")
        cursor.execute("GRANT SELECT ON people_vault TO yipan_app")
        cursor.execute("SET LOCAL ROLE yipan_app")
        cursor.execute("SELECT count(*) FROM people_vault")
        assert cursor.fetchall() == [(0,)]
        cursor.execute("SET LOCAL yipan.vault = 'open'")
        cursor.execute("SELECT count(*) FROM people_vault")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("RESET ROLE")


def test_an_error_inside_closes_the_vault_too(person):
    with pytest.raises(RuntimeError), vault._opened():
        raise RuntimeError
    assert VaultRow.objects.count() == 0


def test_numbers_are_kept_encrypted_and_shown_masked(person):
    with vault._opened(), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(v)::text FROM people_vault v")
        assert NUMBER not in cursor.fetchall()[0][0]
    assert vault.read([person.pk], [vault.RESIDENT_ID]) == {(person.pk, vault.RESIDENT_ID): NUMBER}
    assert vault.masked([person.pk], vault.RESIDENT_ID) == {person.pk: "440703********0013"}


def test_a_second_phone_replaces_the_first(person):
    for phone in ("13812345678", "13912345678", "139 1234 5678"):
        vault.put(person, vault.PHONE, phone, at=calendar.now())
    assert vault.masked([person.pk], vault.PHONE) == {person.pk: "139****5678"}
