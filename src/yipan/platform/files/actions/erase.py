"""Remove the content of a file for good."""

from datetime import datetime

from django.db import transaction

from yipan.platform import jobs, records

from ..domain import Rejected
from ..models import Erasure, StoredFile


def erase(file_id: int, *, owner: tuple[str, object], actor: records.Actor, at: datetime, reason: str) -> None:
    """Remove the content (the worker does it, seconds later); row and digest stay as proof of what was there.

    Equal content of other owners is kept. The owner's room has checked the right. Erasing twice does nothing."""
    if not reason.strip():
        raise Rejected("删除附件须写明原因")
    with transaction.atomic():
        row = StoredFile.objects.filter(pk=file_id, owner_kind=owner[0], owner_key=str(owner[1])).first()
        if row is None:
            raise LookupError("附件不存在")
        _, new = Erasure.objects.get_or_create(
            file=row, defaults={"reason": reason.strip(), "actor_name": actor.name, "at": at}
        )
        if not new:
            return
        records.act(
            chain=(owner[0], str(owner[1])),
            verb="files.erase",
            actor=actor,
            at=at,
            subject=("file", file_id),
            reason=reason,
            payload={"sha256": row.sha256, "size": row.size},
        )
        jobs.defer("files.remove", name=row.storage_name)
