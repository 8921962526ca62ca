"""Screens of content packs: what is in use, since when, and what the files that came with the product would change."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from yipan.platform import ui
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs

from . import queries


class PackList(listing.ListPage):
    """Every pack in use."""

    key, title, face = "publishing.packs", "内容包", "administration"
    intro = "事项、表单、流程、文书样式和通知都是内容，随版本发布；正在办理的件按开始时的版本办完。"
    default_order = "plan_task"
    columns = (
        listing.Column(
            "title", "内容包", link=lambda row: reverse("publishing:pack", args=[row.key]), sub=lambda row: row.key,
            fixed=True, sort=True,
        ),
        listing.Column("version", "版本"),
        listing.Column("plan_task", "方案任务", "number", sort=True),
        listing.Column("files", "文件", "number", sort=True),
        listing.Column("installed_at", "发布时间", "moment", sort=True),
        listing.Column("installed_by", "发布人"),
    )  # fmt: skip
    filters = (listing.Text("q", "名称或代号"),)
    empty_title = "还没有安装内容包"
    empty_hint = "在服务器上运行 yipan pack install --all。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: queries.rows_in_use(),
            lambda row, filters: filters.get("q", "") in f"{row.title} {row.key}",
            key="key",
        )

    def row_key(self, row: queries.PackRow) -> str:
        return row.key


@needs("pack.manage")
def pack(request: HttpRequest, key: str) -> HttpResponse:
    """One pack: its versions, the files of the version in use, and how the delivered files differ from it."""
    page = queries.page(key)
    if page is None:
        raise Http404("没有这个内容包")
    return ui.render(request, "publishing/pack.html", {"face": "administration", "pack": page})
