"""Who calls with a key: the application as an actor, with the rights of the scopes within its units, counted by minute.

Keys always use real time, not the demo clock.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from yipan.platform import people, records
from yipan.platform.ui import interface

from . import domain, limits
from .models import ApiKey


def find(text: str, *, now: datetime) -> ApiKey | None:
    """The valid key behind a text, or None; compares in constant time."""
    parts = domain.split(text)
    key = ApiKey.objects.filter(prefix=parts[0]).first() if parts else None
    if key is None or parts is None or not domain.same(key.digest, parts[1]):
        return None
    alive = key.revoked_at is None and key.valid_from <= now < key.valid_to
    return key if alive else None


def read(request: HttpRequest, text: str, scope: str) -> ApiKey | None:
    """For ``interface.Key``: the key, when it is valid and has the scope; ``request.actor`` is the application then."""
    now = timezone.now()
    key = find(text, now=now)
    if key is None:
        return None
    if limits.count([f"app:{key.pk}"])[f"app:{key.pk}"] > key.per_minute:
        raise limits.too_many("application")
    if scope not in key.scopes:
        raise PermissionDenied(f"这个接口密钥没有“{dict(interface.scopes()).get(scope, scope)}”范围。")
    today = timezone.localdate(now)
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
    request.actor = actor_of(key, request)  # type: ignore[attr-defined]
    people.access.remember_grants(request.actor, grants_of(key))  # type: ignore[attr-defined]
    return key


def actor_of(key: ApiKey, request: HttpRequest) -> records.Actor:
    """The application as records keep it: no person, the channel names the key."""
    return records.Actor(
        account_id=None,
        person_id=None,
        name=key.application,
        unit_id=key.unit_id,
        unit_name=key.owner_unit,
        channel=f"key:{key.pk}",
        ip=request.META.get("REMOTE_ADDR") or "",
        request_id=getattr(request, "request_id", ""),
    )


def grants_of(key: ApiKey) -> tuple[people.access.Grant, ...]:
    rights = frozenset(filter(None, map(interface.right_of, key.scopes)))
    return (people.access.Grant("application", rights, key.reach, key.unit_id, key.unit_key, None),)
