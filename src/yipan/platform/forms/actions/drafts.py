"""Begin or find the draft of an owner."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.platform import records

from .. import codes, queries, stored
from ..domain import posting, values
from ..domain.schema import Field, Form, Prefilled
from ..domain.validation import options_of
from ..models import Draft

Known = Mapping[str, Prefilled]
TEXTS = frozenset({"text", "textarea", "id_number", "credit_code", "phone"})


def open_draft(
    key: str,
    *,
    owner: tuple[str, object],
    prefilled: Known | Callable[[], Known],
    actor: records.Actor,  # noqa: ARG001
    at: datetime,
    context: Mapping[str, Any] | None = None,
) -> int:
    """The id of the owner's draft of a form: the earlier one, or a new one with what is already known.

    ``prefilled`` maps names of sources (``firm.code``, as fields name them) to values; it is only asked for when a
    draft begins. ``context`` are the further variables of the form's conditions. Raises queries.UnknownForm.
    """
    kind, owner_id = owner[0], str(owner[1])
    found = Draft.objects.filter(owner_kind=kind, owner_id=owner_id, key=key).values_list("pk", flat=True).first()
    if found is not None:
        return found
    version = queries.current(key)
    form = stored.form_of(version)
    known = _sound(form, prefilled() if callable(prefilled) else prefilled)
    with transaction.atomic():
        draft, _ = Draft.objects.get_or_create(
            owner_kind=kind,
            owner_id=owner_id,
            key=key,
            defaults={
                "form": version,
                "raw": posting.raw_of(form, {name: one.value for name, one in known.items()}),
                "prefilled": {name: stored.as_json(one) for name, one in known.items()},
                "context": dict(context or {}),
                "created_at": at,
            },
        )
    return draft.pk


def as_posted(draft_id: int, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a browser would send for these plain answers. Raises KeyError for a field the form does not have."""
    draft = Draft.objects.select_related("form").get(pk=draft_id)
    return posting.posted_of(stored.form_of(draft.form), answers)


def _sound(form: Form, known: Known) -> dict[str, Prefilled]:
    """Known values by field, as stored values. A locked value is taken as the register has it, even when its form is
    odd; one that may be changed and cannot be read as the field's kind is left out."""
    found: dict[str, Prefilled] = {}
    for name, one in form.fields.items():
        value = known.get(one.prefill) if one.prefill else None
        if value is None or value.value in (None, ""):
            continue
        read = _read(one, value.value)
        if read is not None or (value.locked and one.kind in TEXTS):
            kept = read if read is not None else str(value.value)
            found[name] = Prefilled(kept, value.source, value.taken_at, value.locked)
    return found


def _read(one: Field, value: Any) -> Any:
    options = options_of(one, codes.table)
    try:
        if one.kind == "checkboxes":
            return values.clean_many([str(code) for code in value], options)
        return values.clean(one, "1" if value is True else str(value), options)
    except values.Unusable:
        return None
