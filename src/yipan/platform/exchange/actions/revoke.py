"""End a key at once."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records
from yipan.platform.ui.errors import Unprocessable

from ..models import ApiKey
from .issue import RIGHT


@transaction.atomic
def revoke(key_id: int, *, actor: records.Actor, at: datetime, reason: str) -> bool:
    """Whether the key was still in force; a second call changes nothing. Raises ApiKey.DoesNotExist, Unprocessable."""
    records.rights.require(actor, RIGHT)
    if len(reason.strip()) < 2:
        raise Unprocessable("请写明停用原因。", {"reason": "请写明停用原因"})
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is not None:
        return False
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    records.act(
        chain=("api_key", str(key.pk)),
        verb="api_key.revoke",
        actor=actor,
        at=at,
        subject=("api_key", str(key.pk)),
        reason=reason.strip(),
    )
    return True
