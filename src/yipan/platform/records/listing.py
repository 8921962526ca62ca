"""The lists of audit and operations: acts, reads of personal data, messages that were not delivered."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from yipan.kernel.clock import end_of_day, midnight
from yipan.platform.ui import context, listing

from . import queries, verbs
from .actions.resend import NotDead, resend
from .models import Access, ActRow

KINDS = (("outbox", "对外消息"), ("delivery", "内部事件"))
_SUBJECT = (
    listing.Choice("subject_kind", "对象类别", lambda _request: verbs.all_kinds()),
    listing.Text("subject_id", "对象编号"),
    listing.Text("actor", "人员姓名或账号编号"),
)


def _narrowed(rows: QuerySet[Any], filters: Mapping[str, Any]) -> QuerySet[Any]:
    """What the filters of acts and of accesses have in common."""
    for name in ("subject_kind", "subject_id", "verb"):
        if name in filters:
            rows = rows.filter(**{name: filters[name]})
    if actor := filters.get("actor"):
        named = Q(actor_name__contains=actor)
        rows = rows.filter(named | Q(account_id=int(actor)) if actor.isascii() and actor.isdecimal() else named)
    if between := filters.get("at"):
        if between.low:
            rows = rows.filter(at__gte=midnight(between.low))
        if between.high:
            rows = rows.filter(at__lt=end_of_day(between.high))
    return rows


class ActList(listing.ListPage):
    """Every act, newest first."""

    key, title, face = "records.acts", "行为审计", "administration"
    page_size = 50
    default_order = "-at"
    columns = (
        listing.Column(
            "at", "时间", "moment", sort=True, fixed=True, link=lambda row: reverse("records:act", args=[row.id])
        ),
        listing.Column("verb_title", "行为"),
        listing.Column("subject", "对象", link=lambda row: _of_subject(row)),
        listing.Column("actor", "人员", sub=lambda row: f"代 {row.deputy_for}" if row.deputy_for else ""),
        listing.Column("unit", "单位", sub=lambda row: row.post),
        listing.Column("change", "状态变化"),
        listing.Column("ip", "来源地址", shown=False),
        listing.Column("seq", "链上序号", "number", shown=False),
    )
    filters = (
        *_SUBJECT,
        listing.Choice("verb", "行为", lambda _request: verbs.all_verbs()),
        listing.DateRange("at", "日期"),
    )
    empty_title = "还没有行为记录"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.TableQuery(
            queryset=ActRow.objects.all(),
            fields=queries.ACT_FIELDS,
            orders={"at": "at"},
            narrow=_narrowed,
            row=lambda values: queries.act_line(ActRow(**values)),
        )


def _of_subject(row: queries.ActLine) -> str:
    query = {"subject_kind": row.subject_kind, "subject_id": row.subject_id}
    return reverse("records:acts", query=query)


class AccessList(listing.ListPage):
    """Who read which personal data, when and why."""

    key, title, face = "records.accesses", "个人信息查看记录", "administration"
    page_size = 50
    default_order = "-at"
    columns = (
        listing.Column("at", "时间", "moment", sort=True, fixed=True),
        listing.Column("actor", "人员"),
        listing.Column("unit", "单位"),
        listing.Column("subject", "对象"),
        listing.Column("fields", "查看内容"),
        listing.Column("purpose", "用途"),
        listing.Column("ip", "来源地址"),
    )
    filters = (*_SUBJECT, listing.DateRange("at", "日期"))
    empty_title = "还没有查看记录"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.TableQuery(
            queryset=Access.objects.all(),
            fields=queries.ACCESS_FIELDS,
            orders={"at": "at"},
            narrow=_narrowed,
            row=lambda values: queries.access_line(Access(**values)),
        )


def _resend(request: HttpRequest, key: str, _reason: str) -> str:
    kind, _, row_id = key.partition("-")
    if kind not in dict(KINDS) or not row_id.isdecimal():
        raise listing.Refusal("提交的内容有误，请刷新页面后重试")
    try:
        resend(kind=kind, row_id=int(row_id), actor=request.actor, now=context.ask("now", request))  # type: ignore[attr-defined]
    except NotDead:
        raise listing.Refusal("已不在清单中，可能刚被他人重发") from None
    return "已重新排队发送"


class DeadLetterList(listing.ListPage):
    """Messages and events that several attempts did not deliver."""

    key, title, face = "records.dead_letters", "未送达消息", "administration"
    intro = "多次尝试仍未成功的消息和事件。排除原因后勾选重发；接收方按同一编号去重，重发不会造成重复办理。"
    default_order = "-at"
    columns = (
        listing.Column("what", "渠道或事件", fixed=True, sub=lambda row: row.subject),
        listing.Column("at", "时间", "moment", sort=True),
        listing.Column("attempts", "已尝试次数", "number", sort=True),
        listing.Column("error", "最后的错误"),
    )
    filters = (listing.Choice("kind", "种类", KINDS), listing.Text("q", "渠道、对象或错误"))
    batch = (listing.BatchAction("resend", "重发", _resend, icon="refresh", confirm="确定重发以下消息？"),)
    empty_title = "没有未送达的消息"
    empty_hint = "消息多次发送失败后会出现在这里。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(lambda _filters: queries.dead_letters(), _kept, key="key")

    def row_key(self, row: queries.DeadLetter) -> str:
        return row.key


def _kept(row: queries.DeadLetter, filters: Mapping[str, Any]) -> bool:
    words = f"{row.what} {row.subject} {row.error}"
    return row.kind == filters.get("kind", row.kind) and filters.get("q", "") in words
