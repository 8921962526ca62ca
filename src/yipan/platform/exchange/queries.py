"""Reads of keys for the security administrator; the secrets are nowhere to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from yipan.platform.ui import interface, listing

from .models import ApiKey

VALID, EXPIRING, EXPIRED, REVOKED = "valid", "expiring", "expired", "revoked"
STATES = ((VALID, "有效"), (EXPIRING, "30 日内到期"), (EXPIRED, "已过期"), (REVOKED, "已停用"))
TONES = {VALID: "green", EXPIRING: "orange", EXPIRED: "grey", REVOKED: "grey"}
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as screens show it; ``shown`` is its beginning, which names it and opens nothing."""

    id: int
    application: str
    owner_unit: str
    reach: str
    shown: str
    scopes: tuple[str, ...]
    per_minute: int
    state: str
    valid_from: datetime
    valid_to: datetime
    revoked_at: datetime | None
    last_used_on: date | None
    created_by: str

    @property
    def state_word(self) -> str:
        return dict(STATES)[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def live(self) -> bool:
        return self.state in (VALID, EXPIRING)


FIELDS = (
    "id", "application", "owner_unit", "reach", "prefix", "scopes", "per_minute", "valid_from", "valid_to",
    "revoked_at", "last_used_on", "created_by",
)  # fmt: skip


def key_query() -> listing.TableQuery:
    """Every key; who may see the list at all is the right of its route."""
    now = timezone.now()
    return listing.TableQuery(
        queryset=ApiKey.objects.all(),
        fields=FIELDS,
        orders={"valid_to": "valid_to", "application": "application"},
        narrow=lambda keys, filters: _narrow(keys, filters, now),
        row=lambda values: _row(values, now),
    )


def one(key_id: int) -> KeyRow | None:
    values = ApiKey.objects.filter(pk=key_id).values(*FIELDS).first()
    return _row(values, timezone.now()) if values else None


def _narrow(keys: QuerySet[ApiKey], filters: Mapping[str, Any], now: datetime) -> QuerySet[ApiKey]:
    if words := filters.get("q"):
        prefix = words.removeprefix("yk_")[:10]
        keys = keys.filter(Q(application__contains=words) | Q(owner_unit__contains=words) | Q(prefix=prefix))
    if scope := filters.get("scope"):
        keys = keys.filter(scopes__contains=[scope])
    state = filters.get("state")
    if state == REVOKED:
        return keys.filter(revoked_at__isnull=False)
    if state == EXPIRED:
        return keys.filter(revoked_at=None, valid_to__lte=now)
    if state == EXPIRING:
        return keys.filter(revoked_at=None, valid_to__gt=now, valid_to__lte=now + SOON)
    return keys.filter(revoked_at=None, valid_to__gt=now) if state == VALID else keys


def _row(values: dict[str, Any], now: datetime) -> KeyRow:
    titles: dict[str, str] = dict(interface.scopes())
    state = VALID
    if values["revoked_at"] is not None:
        state = REVOKED
    elif values["valid_to"] <= now:
        state = EXPIRED
    elif values["valid_to"] <= now + SOON:
        state = EXPIRING
    return KeyRow(
        id=values["id"],
        application=values["application"],
        owner_unit=values["owner_unit"],
        reach=ApiKey.Reach(values["reach"]).label,
        shown=f"yk_{values['prefix']}_…",
        scopes=tuple(titles.get(name) or name for name in values["scopes"]),
        per_minute=values["per_minute"],
        state=state,
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
        revoked_at=values["revoked_at"],
        last_used_on=values["last_used_on"],
        created_by=values["created_by"],
    )
