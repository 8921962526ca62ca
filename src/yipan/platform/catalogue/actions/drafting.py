"""A change of an item: written in its unit, reviewed by another there, released by the data bureau (两级审核发布).

The released version counts from its day; cases that were accepted before keep theirs. Nobody reviews or releases what
he wrote, and the data bureau releases only what the unit has reviewed.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from yipan.kernel.clock import day_of
from yipan.platform import people, processes, records

from ..domain import Item, ItemVersionText, editing
from ..models import ItemDraft, ItemVersion
from ..queries import item_at
from .publish import publish_item

EDIT, REVIEW, RELEASE = "catalogue.edit", "catalogue.review", "catalogue.release"
KINDS = {"item.review": "审核事项变更", "item.release": "发布事项变更"}
OPEN = (ItemDraft.State.WRITING, ItemDraft.State.REVIEW, ItemDraft.State.RELEASE)
State = ItemDraft.State


class DraftProblem(Exception):
    """What cannot be done now, in the words of the person who tried; ``faults`` by place of the document."""

    def __init__(self, text: str, faults: Mapping[str, str] | None = None) -> None:
        self.faults = dict(faults or {})
        super().__init__(text)


def begin(key: str, *, actor: records.Actor, at: datetime) -> ItemDraft:
    """Open the change of an item from its version in force, or the one that is open already."""
    view = item_at(key, at)
    people.require(actor, EDIT, unit_id=people.queries.unit_by_key(view.item.unit).id)
    open_ = ItemDraft.objects.filter(item_key=key, state__in=OPEN).first()
    if open_ is not None:
        return open_
    base = ItemVersion.objects.get(pk=view.version_id)
    try:
        with transaction.atomic():
            draft = ItemDraft.objects.create(
                item_key=key, item_title=view.item.title, unit_key=view.item.unit, base=base, data=base.data,
                written_by_id=actor.person_id, written_by=actor.name, written_at=at, begun_at=at,
            )  # fmt: skip
            _record(draft, "item.begin_change", actor, at)
    except IntegrityError:
        return ItemDraft.objects.get(item_key=key, state__in=OPEN)  # somebody was a moment earlier
    return draft


def save(
    draft_id: int, typed: Mapping[str, str], *, note: str, since: str, actor: records.Actor, at: datetime
) -> ItemDraft:
    """Keep what was typed. Raises DraftProblem with faults by place; then nothing is kept."""
    with transaction.atomic():
        draft = _locked(draft_id, State.WRITING, actor, EDIT)
        made, faults = editing.changed(draft.data, typed)
        day = None
        try:
            day = date.fromisoformat(since) if since else None
        except ValueError:
            faults["effective_from"] = "生效日请写成年-月-日，例如 2026-04-01"
        if faults:
            raise DraftProblem("；".join(faults.values()), faults)
        draft.data, draft.change_note, draft.effective_from = made, note.strip()[:500], day
        draft.written_by_id, draft.written_by, draft.written_at = actor.person_id, actor.name, at
        draft.save()
        return draft


def replace(draft_id: int, data: Mapping[str, object], *, actor: records.Actor, at: datetime) -> ItemDraft:
    """Put a whole document in the draft's place (an import). Raises DraftProblem with everything that is wrong."""
    with transaction.atomic():
        draft = _locked(draft_id, State.WRITING, actor, EDIT)
        _item, faults = editing.judged(data, draft.base.data, from_above=draft.upstream is not None)
        if faults:
            raise DraftProblem("；".join(faults))
        draft.data, draft.written_by_id, draft.written_by, draft.written_at = (
            dict(data),
            actor.person_id,
            actor.name,
            at,
        )
        draft.save()
        return draft


def submit(draft_id: int, *, actor: records.Actor, at: datetime) -> None:
    """To the unit's reviewer. Raises DraftProblem with everything that is wrong, or when nothing was changed."""
    with transaction.atomic():
        draft = _locked(draft_id, State.WRITING, actor, EDIT)
        _item, faults = judged(draft, at)
        if faults:
            raise DraftProblem("；".join(faults))
        _go(draft, State.REVIEW, "item.submit_change", actor, at)
        _ask(draft, "item.review", [processes.errands.Right(REVIEW, draft.unit_key)], actor, at)


def judged(draft: ItemDraft, at: datetime) -> tuple[Item | None, list[str]]:
    """The item as the draft has it, None where it cannot be read, and why the draft cannot be handed on."""
    item, faults = editing.judged(draft.data, draft.base.data, from_above=draft.upstream is not None)
    if draft.data == draft.base.data:
        faults.append("还没有修改任何要素")
    if len(draft.change_note) < 4:
        faults.append("请写变更说明：改了什么、为什么，会公布在办事指南上")
    if draft.effective_from is None:
        faults.append("请填写生效日")
    elif draft.effective_from < day_of(at):
        faults.append("生效日不能早于今天：已受理的办件按受理时的版本办理")
    return item, faults


def review(draft_id: int, *, approve: bool, reason: str, actor: records.Actor, at: datetime) -> None:
    """The unit's own review; a returned draft goes back to its writer with the reason."""
    with transaction.atomic():
        draft = _locked(draft_id, State.REVIEW, actor, REVIEW)
        _not_own(draft, actor)
        processes.close_errand("item.review", draft.pk, actor=actor, at=at, outcome="通过" if approve else "退回")
        if not approve:
            _return(draft, reason, actor, at)
            return
        draft.reviewed_by_id, draft.reviewed_by, draft.reviewed_at = actor.person_id, actor.name, at
        _go(draft, State.RELEASE, "item.review_change", actor, at)
        _ask(draft, "item.release", [processes.errands.Role("item_manager")], actor, at)


def release(draft_id: int, *, approve: bool, reason: str, actor: records.Actor, at: datetime) -> ItemVersion | None:
    """The data bureau publishes the version for its day, or returns it. Raises DraftProblem when its day has passed
    meanwhile, or another version was published."""
    with transaction.atomic():
        draft = _locked(draft_id, State.RELEASE, actor, RELEASE)
        _not_own(draft, actor)
        if draft.reviewed_by_id is not None and draft.reviewed_by_id == actor.person_id:
            raise DraftProblem("审核人与发布人不能是同一人。")
        if not approve:
            processes.close_errand("item.release", draft.pk, actor=actor, at=at, outcome="退回")
            _return(draft, reason, actor, at)
            return None
        _item, faults = judged(draft, at)
        others = ItemVersion.objects.filter(key=draft.item_key, published_at__gt=draft.begun_at)
        newest = others.order_by("-number").first()
        if newest is not None:
            faults.append(f"编辑期间已经发布了第 {newest.number} 版，请退回后在新版上修改")
        if faults:
            raise DraftProblem("；".join(faults))
        assert draft.effective_from is not None, "judged() has seen to it"
        data = editing.scheduled(draft.data, since=draft.effective_from, note=draft.change_note)
        (made,) = publish_item([ItemVersionText(draft.effective_from, draft.change_note, data)], actor=actor, at=at)
        draft.published, draft.released_by, draft.released_at = made, actor.name, at
        _go(draft, State.PUBLISHED, "item.release_change", actor, at)
        processes.close_errand("item.release", draft.pk, actor=actor, at=at, outcome="已发布")
        return made


def drop(draft_id: int, *, actor: records.Actor, at: datetime) -> None:
    """Throw a change away while it is written."""
    with transaction.atomic():
        draft = _locked(draft_id, State.WRITING, actor, EDIT)
        _go(draft, State.DROPPED, "item.drop_change", actor, at)


def digest_of(value: Mapping[str, object]) -> str:
    """The digest under which a version is known."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def changed_here(key: str) -> bool:
    """Whether the newest version of an item was made on screen."""
    newest = ItemVersion.objects.filter(key=key).order_by("-number").values_list("pk", flat=True).first()
    return newest is not None and ItemDraft.objects.filter(published=newest).exists()


# -- parts -----------------------------------------------------------------------------------------------------------
def _locked(draft_id: int, state: "State", actor: records.Actor, right: str) -> ItemDraft:
    draft = ItemDraft.objects.select_for_update(of=("self",)).select_related("base").get(pk=draft_id)
    people.require(actor, right, unit_id=people.queries.unit_by_key(draft.unit_key).id)
    if draft.state != state:
        raise DraftProblem(f"这项变更现在是“{draft.get_state_display()}”，请刷新页面查看。")  # type: ignore[attr-defined]
    return draft


def _not_own(draft: ItemDraft, actor: records.Actor) -> None:
    if draft.written_by_id is not None and draft.written_by_id in {actor.person_id, actor.deputy_for_id}:
        raise DraftProblem("不能审核、发布自己编辑的变更。")


def _return(draft: ItemDraft, reason: str, actor: records.Actor, at: datetime) -> None:
    if len(reason.strip()) < 4:
        raise DraftProblem("退回时请写明原因。")
    draft.returned = reason.strip()[:500]
    _go(draft, State.WRITING, "item.return_change", actor, at, reason=draft.returned)


def _go(draft: ItemDraft, state: "State", verb: str, actor: records.Actor, at: datetime, *, reason: str = "") -> None:
    draft.state = state
    if state != State.WRITING:
        draft.returned = ""
    draft.save()
    _record(draft, verb, actor, at, reason=reason)


def _record(draft: ItemDraft, verb: str, actor: records.Actor, at: datetime, *, reason: str = "") -> None:
    records.act(
        chain=("item", draft.item_key), verb=verb, actor=actor, at=at, subject=("item", draft.item_key), reason=reason,
        payload={"draft": draft.pk, "base": draft.base.number},
    )  # fmt: skip


def _ask(draft: ItemDraft, kind: str, to: list[object], actor: records.Actor, at: datetime) -> None:
    processes.post_errand(
        kind,
        draft.pk,
        title=f"{KINDS[kind]}：{draft.item_title}",
        subtitle=draft.change_note[:100],
        url=reverse("catalogue:change", args=[draft.pk]),
        to=to,  # type: ignore[arg-type]
        excluded=frozenset({draft.written_by_id} - {None}),  # type: ignore[arg-type]
        subject=("item_draft", draft.pk),
        unit=draft.unit_key,
        actor=actor,
        at=at,
    )
