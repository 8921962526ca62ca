"""The down-flow: changes of the provincial catalogue are fetched, judged, taken over or declined.

Fetching twice changes nothing: rows are known by their guid, and the cursor moves with them. What the data bureau takes
over opens the change of every item of that code, with the elements that are fixed above; the unit reviews it, another
person of the data bureau releases it, as with every change.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from yipan.connectors import catalogue as province
from yipan.connectors.base import ConnectorError
from yipan.kernel.clock import day_of
from yipan.platform import people, records

from .. import queries
from ..domain import standing, upstream
from ..models import BaseItem, ItemDraft, UpstreamChange, UpstreamCursor
from . import drafting
from .standing import propose

PULL = "catalogue.pull"
MOST_PAGES = 1000
State = UpstreamChange.State


def pull(now: datetime) -> int:
    """Fetch what is new, page by page; how many rows were new. Raises ConnectorError when the province does not answer;
    what was read before stays."""
    new = 0
    for _ in range(MOST_PAGES):
        with transaction.atomic():
            kept = UpstreamCursor.objects.select_for_update().order_by("pk").first()
            batch = province.since(kept.cursor if kept else "")
            new += sum(_keep(row, now) for row in batch.rows)
            if kept is None:
                UpstreamCursor.objects.create(cursor=batch.cursor, at=now)
            else:
                kept.cursor, kept.at = batch.cursor, now
                kept.save()
        if not batch.more:
            return new
    raise ConnectorError("上级事项目录的下发没有尽头，请联系省平台")


def _keep(row: dict[str, Any], now: datetime) -> bool:
    wrong = upstream.faults(row)
    state = State.FAULTY if wrong else State.WAITING if _differs(row) else State.SAME
    _made, new = UpstreamChange.objects.get_or_create(
        source="province",
        guid=str(row.get("row_guid", ""))[:80] or f"{row.get('cd_batch')}-{row.get('catalog_code')}",
        defaults={
            "operation": str(row.get("cd_operation", ""))[:1],
            "catalog_code": str(row.get("catalog_code", ""))[:20],
            "title": str(row.get("task_name", ""))[:200],
            "batch": str(row.get("cd_batch", ""))[:40],
            "sent_at": str(row.get("cd_time", ""))[:30],
            "data": row,
            "state": state,
            "note": "；".join(wrong)[:500],
            "at": now,
        },
    )
    return new


def _differs(row: dict[str, Any]) -> bool:
    """Whether a row says anything that is not so here already."""
    base = queries.base_item(str(row["catalog_code"]))
    if row["cd_operation"] == upstream.ADDED:
        return base is None
    views = queries.of_base(str(row["catalog_code"]))
    if row["cd_operation"] == upstream.WITHDRAWN:
        return any(not view.item.standing.cancelled for view in views)
    if base is None or base.name != str(row["task_name"]).strip():
        return True
    return any(upstream.applied(view.item.raw, row, base.name) != dict(view.item.raw) for view in views)


def take(change_id: int, *, actor: records.Actor, at: datetime) -> list[ItemDraft]:
    """Take a change over: the changes it opened, one an item of the code. Raises DraftProblem; then nothing is."""
    with transaction.atomic():
        change = _waiting(change_id, actor)
        row = change.data
        if change.source == "pack":
            drafts = [_open(change, str(row["key"]), row, since=day_of(at).isoformat(), actor=actor, at=at)]
        elif change.operation == upstream.ADDED:
            drafts = []
        elif change.operation == upstream.WITHDRAWN:
            drafts = _withdraw(change, actor, at)
        else:
            drafts = _change(change, actor, at)
        if change.source == "province":
            _into_base(change)
        _decide(
            change, State.TAKEN, f"生成 {len(drafts)} 项事项变更" if drafts else "已列入基本目录，待单位实施", actor, at
        )
        return drafts


def decline(change_id: int, *, reason: str, actor: records.Actor, at: datetime) -> None:
    """Leave it, with the reason."""
    if len(reason.strip()) < 4:
        raise drafting.DraftProblem("不采纳的，请写明原因。")
    with transaction.atomic():
        _decide(_waiting(change_id, actor), State.DECLINED, reason.strip(), actor, at)


def hold_pack(value: dict[str, Any], *, at: datetime) -> None:
    """A pack brings another version of an item that was changed here since: it waits for somebody to look at it."""
    digest = drafting.digest_of(value)
    UpstreamChange.objects.get_or_create(
        source="pack",
        guid=f"{value['key']}-{digest[:40]}",
        defaults={
            "operation": upstream.CHANGED, "catalog_code": value["catalog_code"], "title": value["title"],
            "data": value, "at": at, "note": "内容包带来新的内容，而本单位已在平台上修改过这个事项",
        },
    )  # fmt: skip


def _waiting(change_id: int, actor: records.Actor) -> UpstreamChange:
    people.require(actor, drafting.RELEASE)
    change = UpstreamChange.objects.select_for_update().get(pk=change_id)
    if change.state != State.WAITING:
        raise drafting.DraftProblem(f"这项下发现在是“{change.get_state_display()}”。")  # type: ignore[attr-defined]
    return change


def _change(change: UpstreamChange, actor: records.Actor, at: datetime) -> list[ItemDraft]:
    base = queries.base_item(change.catalog_code)
    since = upstream.day_of(change.data.get("plan_effective_date")) or day_of(at)
    drafts = []
    for view in queries.of_base(change.catalog_code):
        made = upstream.applied(view.item.raw, change.data, base.name if base else "")
        if made != dict(view.item.raw):
            drafts.append(
                _open(change, view.item.key, made, since=max(since, day_of(at)).isoformat(), actor=actor, at=at)
            )
    return drafts


def _open(
    change: UpstreamChange, key: str, made: dict[str, Any], *, since: str, actor: records.Actor, at: datetime
) -> ItemDraft:
    if ItemDraft.objects.filter(item_key=key, state__in=drafting.OPEN).exists():
        raise drafting.DraftProblem("这个事项有一项变更还没有办完，请先完成或者放弃，再采纳上级目录的变更。")
    draft = drafting.begin(key, actor=actor, at=at)
    ItemDraft.objects.filter(pk=draft.pk).update(upstream=change)
    drafting.replace(draft.pk, made, actor=actor, at=at)
    origin = f"上级目录{change.batch}下发" if change.source == "province" else "内容包更新"
    drafting.save(draft.pk, {}, note=f"{origin}：{change.title}", since=since, actor=actor, at=at)
    drafting.submit(draft.pk, actor=actor, at=at)
    draft.refresh_from_db()
    return draft


def _withdraw(change: UpstreamChange, actor: records.Actor, at: datetime) -> list[ItemDraft]:
    since = max(upstream.day_of(change.data["plan_cancel_date"]) or day_of(at), day_of(at))
    basis = str(change.data.get("by_law") or f"上级目录{change.batch}下发")
    return [
        propose(
            view.item.key, standing.CANCELLED, since=since, reason=f"上级目录取消“{change.title}”", basis=basis,
            actor=actor, at=at,
        )
        for view in queries.of_base(change.catalog_code)
        if not view.item.standing.cancelled
    ]  # fmt: skip


def _into_base(change: UpstreamChange) -> None:
    if change.operation == upstream.WITHDRAWN:
        return
    laws = [{"title": line} for line in str(change.data.get("by_law", "")).splitlines() if line.strip()]
    base = queries.base_item(change.catalog_code)
    BaseItem.objects.update_or_create(
        code=change.catalog_code,
        defaults={
            "name": change.title,
            "kind": str(change.data.get("task_type") or (base.kind if base else change.catalog_code[2:4]))[:4],
            "source": f"省政务服务事项管理系统 {change.batch}",
            "bases": laws or (base.bases if base else []),
        },
    )


def _decide(change: UpstreamChange, state: "State", note: str, actor: records.Actor, at: datetime) -> None:
    change.state, change.note, change.decided_by, change.decided_at = state, note[:500], actor.name, at
    change.save()
    records.act(
        chain=("upstream", str(change.pk)),
        verb="item.take_upstream" if state == State.TAKEN else "item.decline_upstream",
        actor=actor, at=at, subject=("upstream", str(change.pk)), reason=change.note,
        payload={"guid": change.guid, "operation": change.operation, "code": change.catalog_code},
    )  # fmt: skip
