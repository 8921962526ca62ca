"""Exports of personal data as lists: what I asked for, and what others of my unit asked for and I may decide."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from . import context, listing
from .listing import approval, export
from .models import ListExport

_WHAT = (
    listing.Column("title", "列表", fixed=True, sub=lambda row: f"DC{row.id:06}　{row.filters}"),
    listing.Column("reason", "用途"),
    listing.Column("fields", "含个人信息的字段"),
)
STATES = tuple((state, words) for state, (words, _tone) in approval.STATES.items())


def _narrow(rows: QuerySet[ListExport], filters: Mapping[str, Any]) -> QuerySet[ListExport]:
    if words := filters.get("q"):
        rows = rows.filter(Q(title__contains=words) | Q(reason__contains=words) | Q(person__contains=words))
    return rows.filter(state=filters["state"]) if "state" in filters else rows


def _query(request: HttpRequest, rows: QuerySet[ListExport]) -> listing.Query:
    now = context.ask("now", request)
    return listing.TableQuery(
        queryset=rows,
        fields=approval.FIELDS,
        orders={"asked_at": "asked_at"},
        narrow=_narrow,
        row=lambda values: approval.row(ListExport(**values), now),
    )


class MyExports(listing.ListPage):
    """What I asked to export, and the files I may take."""

    key, title, face = "ui.my_exports", "我的导出", "workbench"
    exportable = False
    default_order = "-asked_at"
    columns = (
        *_WHAT,
        listing.Column("asked_at", "申请时间", "moment", sort=True),
        listing.Column("word", "状态", "status", tone=lambda row: row.tone, sub=lambda row: row.decided),
        listing.Column("valid_to", "有效期至", "moment"),
        listing.Column("taken", "已下载", "number"),
        listing.Column("take", "操作", "action", value=lambda _row: "下载", link=lambda row: row.url),
    )
    filters = (listing.Text("q", "列表或用途"), listing.Choice("state", "状态", STATES))
    empty_title = "您没有申请过导出"
    empty_hint = "含个人信息的列表，导出须经审批；批准后在这里下载。"

    def query(self, request: HttpRequest) -> listing.Query:
        return _query(request, approval.own(request))


def _decide(request: HttpRequest, key: str, note: str, *, approve: bool) -> str:
    asked = approval.decide(request, int(key), approve=approve, note=note[:200])
    what = export.Export(
        asked.list_key, asked.title, "xlsx", (("筛选条件", asked.filters),), (), context.ask("now", request),
        asked.person, True, asked.reason, context.ask("demo", request), asked.pk, asked.decided_by,
    )  # fmt: skip
    export.pass_gate(request, what, export.APPROVE if approve else export.REFUSE)
    return "已批准，申请人可以下载" if approve else "已退回申请人"


def _approve(request: HttpRequest, key: str, note: str) -> str:
    return _decide(request, key, note, approve=True)


def _refuse(request: HttpRequest, key: str, note: str) -> str:
    return _decide(request, key, note, approve=False)


class ExportsToDecide(listing.ListPage):
    """What others of my unit asked to export."""

    key, title, face = "ui.exports", "导出审批", "workbench"
    intro = "批准后申请人七日内可以下载，文件带水印。不能审批本人的申请。"
    exportable = False
    default_order = "asked_at"
    columns = (
        *_WHAT,
        listing.Column("person", "申请人"),
        listing.Column("asked_at", "申请时间", "moment", sort=True),
    )
    filters = (listing.Text("q", "列表、用途或申请人"),)
    batch = (
        listing.BatchAction("approve", "批准", _approve, icon="check", confirm="确定批准以下导出？", kind="primary"),
        listing.BatchAction("refuse", "不批准", _refuse, icon="x", reason="不批准的理由"),
    )
    empty_title = "没有等待审批的导出"
    empty_hint = "本单位人员申请导出含个人信息的列表时，会出现在这里。"

    def query(self, request: HttpRequest) -> listing.Query:
        return _query(request, approval.to_decide(request))
