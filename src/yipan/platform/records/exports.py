"""Lists that leave the platform as files or on paper: each step is an act, each reading of personal data is noted."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from yipan.platform.ui import listing
from yipan.platform.ui.listing import export as exports

from . import rights, verbs
from .access_log import log_access
from .acts import act
from .domain import Actor

APPROVE = listing.APPROVE
VERBS = {
    "list.ask": "申请导出列表",
    "list.approve": "批准导出列表",
    "list.refuse": "不批准导出列表",
    "list.take": "导出列表",
    "list.print": "打印列表",
}


def register() -> None:
    rights.declare(APPROVE, "审批含个人信息的导出")
    verbs.declare(VERBS, kinds={"list": "列表"})
    listing.set_gate(record)


def record(request: HttpRequest, verb: str, export: listing.Export) -> None:
    """The gate of the list component. Personal data pass it only for somebody who is known."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        if export.personal:
            raise PermissionDenied("请登录后再导出含个人信息的列表。")
        return
    payload = {
        "title": export.title,
        "format": export.format,
        "filters": [f"{label}：{words}" for label, words in export.filters],
        "columns": [column.label for column in export.columns],
    }
    with transaction.atomic():
        act(
            chain=("list", export.list_key), verb=f"list.{verb}", actor=actor, at=export.at,
            subject=("list", export.list_key), reason=export.reason,
            payload=payload | ({"request": export.request} if export.request else {}),
        )  # fmt: skip
        if export.personal and verb in (exports.TAKE, exports.PRINT):
            log_access(actor, ("list", export.list_key), export.personal_fields, export.reason)
