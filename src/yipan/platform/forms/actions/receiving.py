"""Keep what was typed; when it is final and without faults, write the next immutable version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.kernel.clock import SHANGHAI
from yipan.platform import records

from .. import queries, stored
from ..domain import posting
from ..domain.schema import Form
from ..domain.screens import Screen
from ..domain.validation import Result
from ..models import Draft, SubmissionVersion


@dataclass(frozen=True)
class Received:
    """``version_id`` and ``version_number`` are None unless a version was written; ``screen`` is the page to show."""

    errors: dict[str, str]
    data: dict[str, Any]
    version_id: int | None
    version_number: int | None
    screen: Screen
    saved_at: datetime


def receive(draft_id: int, post: posting.Posted, *, actor: records.Actor, at: datetime, final: bool) -> Received:
    """Take a page in. What is locked stays as it is, whatever was posted; what is hidden is not part of the data.

    The buttons of repeated groups (``do`` = add:group, remove:group:row) are obeyed, and such a post is never final.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).select_related("form").get(pk=draft_id)
        form = stored.form_of(draft.form)
        button = posting.last(post, "do") or ""
        draft.raw = posting.merge(form, draft.raw, post, locked=stored.locked_of(draft))
        posting.press(form, draft.raw, button)
        _take_remarks(draft, post, actor, at)
        draft.saved_at = at
        _, result = queries.judge(draft, form, at)
        final = final and not button.startswith(("add:", "remove:"))
        version = _finish(draft, form, result, actor, at) if final and result.ok else None
        draft.save(update_fields=["raw", "contested", "saved_at", "versions"])
    errors = result.errors if final else {}
    return Received(
        errors=errors,
        data=result.data,
        version_id=version.pk if version else None,
        version_number=version.number if version else None,
        screen=queries.screen_of(draft, errors=errors, now=at),
        saved_at=at,
    )


def _finish(draft: Draft, form: Form, result: Result, actor: records.Actor, at: datetime) -> SubmissionVersion:
    """A new version, or the last one when nothing differs from it: a page that was sent twice says the same."""
    sources, sha256 = _sources(draft, form, result), stored.digest(result.data)
    last = SubmissionVersion.objects.filter(draft=draft).order_by("-number").first() if draft.versions else None
    if last is not None and (last.form_id, last.sha256, last.sources, last.contested) == (  # type: ignore[attr-defined]
        draft.form.pk, sha256, sources, draft.contested,
    ):  # fmt: skip
        return last
    draft.versions += 1
    return SubmissionVersion.objects.create(
        draft=draft,
        form=draft.form,
        number=draft.versions,
        data=result.data,
        sources=sources,
        contested=draft.contested,
        sha256=sha256,
        actor_id=actor.account_id,
        actor_name=actor.name,
        at=at,
    )


def _sources(draft: Draft, form: Form, result: Result) -> dict[str, str]:
    """Where each value came from that is still as it was prefilled, with the date, and whether it is contested."""
    found: dict[str, str] = {}
    for key, one in stored.prefilled_of(draft).items():
        if key in form.fields and result.data.get(key) == one.value:
            remark = "，申请人有异议" if key in draft.contested else ""
            found[key] = f"{one.source} {one.taken_at.astimezone(SHANGHAI).date().isoformat()}{remark}"
    return found


def _take_remarks(draft: Draft, post: posting.Posted, actor: records.Actor, at: datetime) -> None:
    """Remarks on locked values that came with the page."""
    from .contest import note

    for key in stored.locked_of(draft):
        remark = posting.last(post, f"contest.{key}")
        if remark is not None and remark.strip() != stored.remarks_of(draft).get(key, ""):
            note(draft, key, remark, actor=actor, at=at)
