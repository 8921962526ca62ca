"""Suspend, resume or cancel an item: a change like any other, written in one go and handed to the unit's reviewer."""

from datetime import date, datetime

from django.db import transaction

from yipan.platform import records

from ..domain import standing
from ..models import ItemDraft
from ..queries import item_at
from . import drafting


def propose(
    key: str,
    state: str,
    *,
    since: date | None,
    actor: records.Actor,
    at: datetime,
    reason: str = "",
    basis: str = "",
    until: date | None = None,
    turn_to: str = "",
) -> ItemDraft:
    """Ask for another state of an item from a day on. Raises DraftProblem with faults by field."""
    present = item_at(key, at).item.standing
    if state not in standing.WORDS:
        raise drafting.DraftProblem("请选择暂停、恢复或者取消。")
    if present.cancelled:
        raise drafting.DraftProblem("事项已经取消，不能再变更状态；需要恢复的，由上级目录重新下发。")
    if state == present.state:
        raise drafting.DraftProblem(f"事项现在就是“{'在用' if present.open else '暂停'}”状态。")
    faults = standing.faults(state, reason=reason, basis=basis, since=since, until=until)
    if faults:
        raise drafting.DraftProblem("；".join(faults.values()), faults)
    assert since is not None, "faults() has seen to it"
    with transaction.atomic():
        if ItemDraft.objects.filter(item_key=key, state__in=drafting.OPEN).exists():
            raise drafting.DraftProblem("这个事项有一项变更还没有办完，请先完成或者放弃，再变更状态。")
        draft = drafting.begin(key, actor=actor, at=at)
        made = standing.placed(draft.data, state, reason=reason, basis=basis, until=until, turn_to=turn_to)
        drafting.replace(draft.pk, made, actor=actor, at=at)
        note = f"{standing.WORDS[state]}：{reason.strip()}" if reason.strip() else f"{standing.WORDS[state]}本事项"
        drafting.save(draft.pk, {}, note=note, since=since.isoformat(), actor=actor, at=at)
        drafting.submit(draft.pk, actor=actor, at=at)
    draft.refresh_from_db()
    return draft
