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
ADDRESS = "address"  # of the room's ``addresses``
RESIDENT_ID = "resident_id"
# Kinds of documents of persons; one person may have several of them, and every one leads to the same person.
DOCUMENTS = {
    RESIDENT_ID: "居民身份证",
    "residence_permit": "港澳台居民居住证",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "foreign_permanent_id": "外国人永久居留身份证",
    "passport": "护照",
}


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


def forget(person_id: int, kind: str, index: str) -> bool:
    """Really delete one value, named by its blind index; whether it was there."""
    with _opened():
        deleted, _rows = VaultRow.objects.filter(person_id=person_id, kind=kind, blind_index=index).delete()
    return deleted > 0


def move(from_id: int, to: Person) -> None:
    """Give a person the documents of another who is the same; they are encrypted anew, because the cipher is bound to
    its row. A phone or account of the receiver stays."""
    kept = {kind for (_, kind) in read([to.pk], [PHONE, YUEZHENGYI])}
    values = read_all(from_id)
    with _opened():
        VaultRow.objects.filter(person_id=from_id).delete()
    for kind, value, at in values:
        if kind not in kept:
            put(to, kind, value, at=at)


def read_all(person_id: int) -> list[tuple[str, str, datetime]]:
    """Every value of a person: (kind, clear value, since when)."""
    with _opened():
        rows = list(VaultRow.objects.filter(person_id=person_id).order_by("id"))
    provider = crypto.current()
    return [
        (
            row.kind,
            provider.decrypt(base64.b64decode(row.cipher), context=_context(person_id, row.kind)).decode(),
            row.at,
        )
        for row in rows
    ]


def find(kind: str, value: str) -> int | None:
    """The person who has this document number; None when nobody has."""
    with _opened():
        index = index_of(kind, normalise(kind, value))
        return VaultRow.objects.filter(kind=kind, blind_index=index).values_list("person_id", flat=True).first()


def find_many(kind: str, values: Sequence[str]) -> dict[str, int]:
    """The persons who have these numbers, by number (one statement)."""
    by_index = {index_of(kind, normalise(kind, value)): value for value in values}
    with _opened():
        rows = VaultRow.objects.filter(kind=kind, blind_index__in=list(by_index))
        return {by_index[index]: person for index, person in rows.values_list("blind_index", "person_id")}


def find_any(value: str) -> list[int]:
    """Whoever has this number on any document (one statement)."""
    indexes = [index_of(kind, normalise(kind, value)) for kind in DOCUMENTS]
    with _opened():
        rows = VaultRow.objects.filter(kind__in=list(DOCUMENTS), blind_index__in=indexes)
        return sorted(set(rows.values_list("person_id", flat=True)))


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


def masked_ids(person_ids: Collection[int]) -> dict[int, str]:
    """One masked document number of each person: the resident ID where there is one."""
    found = read(person_ids, list(DOCUMENTS))
    order = list(DOCUMENTS)
    best = sorted(found.items(), key=lambda one: order.index(one[0][1]), reverse=True)
    return {person: identifiers.mask_id(value) for (person, _kind), value in best}


def normalise(kind: str, value: str) -> str:
    return value.strip() if kind in (YUEZHENGYI, ADDRESS) else value.strip().upper().replace(" ", "")


def _context(person_id: int, kind: str) -> str:
    return f"people_vault/{person_id}/{kind}"
