"""Amend a finished version: the keeper of a register corrected a value, and everything after this says the new one."""

from datetime import datetime

from django.db import transaction

from yipan.kernel.clock import SHANGHAI
from yipan.platform import records

from .. import stored
from ..models import Draft, SubmissionVersion


def amend(version_id: int, field: str, value: str, *, source: str, actor: records.Actor, at: datetime) -> int:
    """The next version of a form with one value of a register corrected; its id. The draft keeps it too, so that a
    later correction begins with it. Raises ValueError for a field that did not come from a register."""
    with transaction.atomic():
        last = SubmissionVersion.objects.select_related("form").get(pk=version_id)
        draft = Draft.objects.select_for_update().get(pk=last.draft_id)  # type: ignore[attr-defined]
        if field not in stored.locked_of(draft):
            raise ValueError(f"{field} is no value of a register")
        data = last.data | {field: value}
        draft.prefilled[field] |= {"value": value, "source": source, "taken_at": at.isoformat()}
        draft.raw[field] = value
        draft.contested.pop(field, None)
        draft.versions += 1
        draft.save(update_fields=["prefilled", "raw", "contested", "versions"])
        made = SubmissionVersion.objects.create(
            draft=draft,
            form=last.form,
            number=draft.versions,
            data=data,
            sources=last.sources | {field: f"{source} {at.astimezone(SHANGHAI).date().isoformat()}"},
            contested={key: one for key, one in last.contested.items() if key != field},
            sha256=stored.digest(data),
            actor_id=actor.account_id,
            actor_name=actor.name,
            at=at,
        )
        return made.pk
