"""Lists for those who answer for papers: templates, and what waits for a seal."""

from django.http import HttpRequest
from django.urls import reverse

from yipan.platform.calendar import now
from yipan.platform.ui import listing

from . import queries
from .actions import seal
from .domain import BROKEN, REFUSED, STATE_TONES, STATE_WORDS, WAITING, DocumentProblem


class TemplateList(listing.ListPage):
    """Every template in its current version."""

    key, title, face = "documents.templates", "文书模板", "administration"
    intro = "模板由内容包提供，修改后重新安装即成为新版本；已经出具的文书保留当时的版本。"
    page_size = 50
    default_order = "key"
    columns = (
        listing.Column("title", "名称", fixed=True, sort=True),
        listing.Column("key", "模板键", sort=True),
        listing.Column("version", "版本", "number"),
        listing.Column("pack", "内容包", sort=True),
        listing.Column("installed_at", "启用时间", "moment", sort=True),
        listing.Column(
            "sample", "操作", "action", value=lambda _row: "样张",
            link=lambda row: reverse("documents:sample", query={"key": row.key}),
        ),
    )  # fmt: skip
    filters = (listing.Text("q", "名称、键或内容包"),)
    empty_title = "没有模板"
    empty_hint = "安装内容包后在这里列出。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: queries.templates(),
            lambda row, filters: filters.get("q", "") in f"{row.title} {row.key} {row.pack}",
            key="key",
        )

    def row_key(self, row: queries.TemplateRow) -> str:
        return row.key


def _retry(request: HttpRequest, key: str, _reason: str) -> str:
    again = seal.retry(int(key), actor=request.actor, at=now())  # type: ignore[attr-defined]
    return f"已重新提交 {again.number}".strip()


class SealQueue(listing.ListPage):
    """Papers that wait for a seal, and why."""

    key, title, face = "documents.queue", "用印队列", "administration"
    intro = "文书由用印服务盖章，平台自身不加盖印章。服务中断时在此等候，恢复后自动盖章；制作未成功的按原因处理后重试。"
    default_order = "at"
    columns = (
        listing.Column("title", "文书", fixed=True, sub=lambda row: row.number),
        listing.Column("unit_key", "印章单位"),
        listing.Column(
            "state_word", "状态", "status", tone=lambda row: STATE_TONES[row.state], sub=lambda row: row.last_error
        ),
        listing.Column("at", "出具时间", "moment", sort=True),
        listing.Column("attempts", "已尝试次数", "number"),
        listing.Column("next_at", "下次尝试", "moment"),
    )
    filters = (
        listing.Text("q", "文书、文号或单位键"),
        listing.Choice("state", "状态", tuple((state, STATE_WORDS[state]) for state in (WAITING, REFUSED, BROKEN))),
    )
    batch = (listing.BatchAction("retry", "立即重试", _retry, icon="refresh", refusals=(DocumentProblem,)),)
    empty_title = "没有等待盖章的文书"
    empty_hint = "用印服务不可用，或文书制作未成功时，会出现在这里。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return queries.seal_query()
