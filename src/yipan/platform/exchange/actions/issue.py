"""Issue a key: the whole key is in the answer and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.platform import people, records
from yipan.platform.ui import interface

from .. import domain
from ..models import ApiKey

RIGHT = "api_key.manage"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The only moment at which the whole key exists in clear."""

    id: int
    text: str


@transaction.atomic
def issue(asked: domain.Asked, *, actor: records.Actor, at: datetime) -> IssuedKey:
    """``at`` is real time: keys know no demo clock. Raises Refused without the right, KeyRefused with every fault."""
    records.rights.require(actor, RIGHT)
    domain.check(
        asked, at=at, known_scopes=[name for name, _title in interface.scopes()], reaches=list(ApiKey.Reach.values)
    )
    assert asked.unit_id is not None
    assert asked.valid_to is not None
    unit = people.queries.unit(asked.unit_id)
    prefix, secret = domain.new_secret()
    key = ApiKey.objects.create(
        application=asked.application,
        owner_unit=unit.name,
        unit_id=unit.id,
        unit_key=unit.key,
        reach=asked.reach,
        prefix=prefix,
        digest=domain.digest(secret),
        scopes=sorted(set(asked.scopes)),
        per_minute=asked.per_minute,
        valid_from=at,
        valid_to=asked.valid_to,
        created_by=actor.name,
    )
    records.act(
        chain=("api_key", str(key.pk)),
        verb="api_key.issue",
        actor=actor,
        at=at,
        subject=("api_key", str(key.pk)),
        payload={
            "application": key.application,
            "unit": unit.name,
            "reach": key.reach,
            "scopes": key.scopes,
            "per_minute": key.per_minute,
            "valid_to": asked.valid_to.isoformat(),
        },
    )
    return IssuedKey(key.pk, domain.text_of(prefix, secret))
