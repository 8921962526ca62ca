"""Whom a citizen guards today, for his own page."""

from dataclasses import dataclass
from datetime import date

from .. import vault
from ..access import guarding
from ..models import Guardianship


@dataclass(frozen=True, slots=True)
class WardRow:
    """A minor as his guardian sees him; the number is masked."""

    id: int
    name: str
    id_no: str
    relation: str
    until: date


def wards_of(person_id: int, today: date) -> list[WardRow]:
    rows = list(Guardianship.objects.filter(guarding(today), guardian_id=person_id).select_related("ward"))
    masked = vault.masked_ids([row.ward_id for row in rows])
    return [
        WardRow(row.pk, row.ward.name, masked.get(row.ward_id, ""), row.relation, row.valid_to) for row in rows
    ]  # fmt: skip
