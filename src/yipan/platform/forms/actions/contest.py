"""Dispute a value that came from a register: the value stays, the remark goes with it to whoever examines."""

from datetime import datetime

from django.db import transaction

from yipan.platform import records

from .. import stored
from ..models import Draft

MAX_REMARK = 500


class NotLocked(ValueError):
    """Only values of a register are contested; anything else the applicant can change himself."""


def contest(draft_id: int, field: str, remark: str, *, actor: records.Actor, at: datetime) -> None:
    """Say what is wrong with a locked value, or take it back with an empty remark. Raises NotLocked."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft_id)
        if field not in stored.locked_of(draft):
            raise NotLocked(f"“{field}”可以直接修改，不需要提出异议")
        note(draft, field, remark, actor=actor, at=at)
        draft.save(update_fields=["contested"])


def note(draft: Draft, field: str, remark: str, *, actor: records.Actor, at: datetime) -> None:
    """Put the remark on the draft and the dispute into the owner's chain. The caller saves the draft."""
    text = " ".join(remark.split())[:MAX_REMARK]
    before = draft.contested.get(field)
    if text == (before or {}).get("remark", ""):
        return
    if text:
        draft.contested[field] = {"remark": text, "by": actor.name, "at": at.isoformat()}
    else:
        draft.contested.pop(field, None)
    records.act(
        chain=(draft.owner_kind, draft.owner_id),
        verb="forms.contest",
        actor=actor,
        at=at,
        subject=(draft.owner_kind, draft.owner_id),
        reason=text,
        payload={"form": draft.key, "field": field, "withdrawn": not text},
    )
