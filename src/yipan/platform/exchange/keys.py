"""Issue, check and revoke application keys: ``yk_<prefix>_<secret>``, stored as a digest, limited in scope and time."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from yipan.platform import records

from . import limits
from .models import ApiKey

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The only moment at which the whole key exists in clear."""

    id: int
    text: str


def issue(
    *, application: str, owner_unit: str, scopes: list[str], valid_to: datetime, actor: records.Actor, at: datetime
) -> IssuedKey:
    """Make a key. Raises ValueError (Chinese) for an empty scope list or a validity over a year."""
    if not scopes:
        raise ValueError("请至少选择一个范围")
    if not at < valid_to <= at + LONGEST:
        raise ValueError("有效期应当晚于现在，且不超过一年")
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            application=application,
            owner_unit=owner_unit,
            prefix=prefix,
            digest=_digest(secret),
            scopes=sorted(set(scopes)),
            valid_from=at,
            valid_to=valid_to,
            created_by=actor.name,
        )
        records.act(
            chain=("api_key", str(key.pk)),
            verb="api_key.issue",
            actor=actor,
            at=at,
            subject=("api_key", str(key.pk)),
            payload={"application": application, "scopes": key.scopes, "valid_to": valid_to.isoformat()},
        )
    return IssuedKey(key.pk, f"yk_{prefix}_{secret}")


def revoke(key_id: int, *, actor: records.Actor, at: datetime, reason: str) -> None:
    """End a key at once; a second call changes nothing."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().get(pk=key_id)
        if key.revoked_at is not None:
            return
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        records.act(
            chain=("api_key", str(key.pk)),
            verb="api_key.revoke",
            actor=actor,
            at=at,
            subject=("api_key", str(key.pk)),
            reason=reason,
        )


def find(text: str, *, now: datetime) -> ApiKey | None:
    """The valid key behind a text, or None; compares in constant time."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != "yk":
        return None
    key = ApiKey.objects.filter(prefix=parts[1]).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(parts[2])):
        return None
    alive = key.revoked_at is None and key.valid_from <= now < key.valid_to
    return key if alive else None


def _digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain digest cannot be searched; passwords need a slow hash, this does not.
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyOf(HttpBearer):
    """Ninja authentication: a bearer key that has the scope. Tokens always use real time, not the demo clock."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:  # noqa: ARG002
        from django.utils import timezone

        key = find(token, now=timezone.now())
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise HttpError(403, f"密钥没有“{self.scope}”范围")
        if limits.count(f"app:{key.pk}", slot=int(time.time() // limits.WINDOW_SECONDS)) > key.per_minute:
            raise HttpError(429, "调用过于频繁，请稍后再试")
        return key
