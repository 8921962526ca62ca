"""The identity vault: numbers and phones, encrypted (SM4) and found by blind index only.

The database itself refuses rows of this table unless the statement runs inside ``_opened`` (row-level security on a
transaction-local setting), so a forgotten filter elsewhere finds nothing: it fails closed.
"""

import base64
import contextlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from yipan.kernel import identifiers
from yipan.platform.records import crypto

from .models import Person, VaultRow

PHONE = "phone"
YUEZHENGYI = "yuezhengyi"
RESIDENT_ID = "resident_id"


@contextlib.contextmanager
def _opened() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yipan.vault', 'open', true)")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SELECT set_config('yipan.vault', '', true)")


def index_of(kind: str, value: str) -> str:
    return crypto.current().blind_index(value, purpose=f"people.{kind}").hex()


def put(person: Person, kind: str, value: str, *, at: datetime) -> None:
    """Keep a value of a person; the same value again changes nothing, another one replaces it for kinds other than
    documents (a person may have several documents, but one phone)."""
    value = normalise(kind, value)
    index = index_of(kind, value)
    with _opened():
        rows = VaultRow.objects.filter(person=person, kind=kind)
        if rows.filter(blind_index=index).exists():
            return
        if kind in (PHONE, YUEZHENGYI):
            rows.delete()
        cipher = crypto.current().encrypt(value.encode(), context=_context(person.pk, kind))
        VaultRow.objects.create(
            person=person, kind=kind, cipher=base64.b64encode(cipher).decode(), blind_index=index, at=at
        )


def put_new(values: Sequence[tuple[Person, str, str]], *, at: datetime) -> None:
    """Keep values of people who were just made, (person, kind, value), in one insert."""
    provider = crypto.current()
    rows = []
    for person, kind, raw in values:
        value = normalise(kind, raw)
        cipher = provider.encrypt(value.encode(), context=_context(person.pk, kind))
        encoded = base64.b64encode(cipher).decode()
        rows.append(VaultRow(person=person, kind=kind, cipher=encoded, blind_index=index_of(kind, value), at=at))
    with _opened():
        VaultRow.objects.bulk_create(rows)


def find(kind: str, value: str) -> int | None:
    """The person who has this document number; None when nobody has."""
    with _opened():
        index = index_of(kind, normalise(kind, value))
        return VaultRow.objects.filter(kind=kind, blind_index=index).values_list("person_id", flat=True).first()


def read(person_ids: Collection[int], kinds: Collection[str]) -> dict[tuple[int, str], str]:
    """Clear values by (person, kind). Callers log why they read (records.log_access)."""
    with _opened():
        rows = list(VaultRow.objects.filter(person_id__in=person_ids, kind__in=kinds))
    provider = crypto.current()
    return {
        (row.person_id, row.kind): provider.decrypt(
            base64.b64decode(row.cipher), context=_context(row.person_id, row.kind)
        ).decode()
        for row in rows
    }


def masked(person_ids: Collection[int], kind: str) -> dict[int, str]:
    """Masked values for screens (440703********0013, 138****5678)."""
    mask = identifiers.mask_phone if kind == PHONE else identifiers.mask_id
    return {person: mask(value) for (person, _kind), value in read(person_ids, [kind]).items()}


def normalise(kind: str, value: str) -> str:
    return value.strip() if kind == YUEZHENGYI else value.strip().upper().replace(" ", "")


def _context(person_id: int, kind: str) -> str:
    return f"people_vault/{person_id}/{kind}"
