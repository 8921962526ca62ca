"""Erase the reason and payload of an act (personal data whose time has come), without breaking its chain."""

import datetime as dt

from django.db import connection, transaction

from yipan.platform.ui.errors import Conflict

from .. import rights
from ..acts import act
from ..domain import Act, Actor
from ..models import ActPayload, ActRow
from ..work import PAYLOAD_ERASE


class NothingToErase(Conflict):
    """The act does not exist or its payload is already gone; the text is shown."""


@transaction.atomic
def erase_payload(*, act_id: int, actor: Actor, now: dt.datetime, reason: str) -> Act:
    """Empty the payload of act ``act_id``; the erasure is an act on the same chain and needs a reason."""
    rights.require(actor, PAYLOAD_ERASE)
    if not reason.strip():
        raise NothingToErase("请填写清除理由。")
    target = ActRow.objects.filter(id=act_id).first()
    payload = ActPayload.objects.filter(act_id=act_id).first()
    if target is None or payload is None:
        raise NothingToErase(f"没有编号为 {act_id} 的行为记录。")
    if payload.erased_by is not None:
        raise NothingToErase(f"行为记录 {act_id} 的附属内容已由记录 {payload.erased_by} 清除。")
    done = act(
        chain=(target.chain_kind, target.chain_key),
        verb="records.erase_payload",
        actor=actor,
        at=now,
        subject=("act", act_id),
        reason=reason,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_act_payload SET salt = NULL, body = NULL, erased_by = %s WHERE act_id = %s AND at = %s",
            [done.id, act_id, target.at],
        )
    return done
