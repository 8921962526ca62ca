"""Administration: the published forms, each to be tried out as an applicant sees it. Nothing typed here is kept."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yipan.platform import calendar, ui
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs

from . import queries
from .models import FormVersion

FACE = {"face": "administration"}


class FormList(listing.ListPage):
    """Every version of every form; each can be tried out."""

    key, title, face = "forms.list", "表单", "administration"
    default_order = "title"
    columns = (
        listing.Column("title", "表单", fixed=True, sort=True, sub=lambda row: row.key),
        listing.Column("number", "版本", "number"),
        listing.Column(
            "state", "状态", "status", value=lambda row: "在用" if row.in_use else "旧版",
            tone=lambda row: "green" if row.in_use else "grey",
        ),
        listing.Column("pack", "内容包", sort=True),
        listing.Column("installed_at", "安装时间", "moment", sort=True),
        listing.Column(
            "trial", "操作", "action", value=lambda _row: "试填",
            link=lambda row: reverse("forms:trial", args=[row.id]),
        ),
    )  # fmt: skip
    filters = (
        listing.Text("q", "名称、键或内容包"),
        listing.Choice("state", "状态", (("current", "在用"), ("old", "旧版"))),
    )
    empty_title = "还没有表单"
    empty_hint = "安装内容包后，其中的表单会列在这里。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(lambda _filters: queries.published(), _kept)


def _kept(row: queries.Published, filters: Mapping[str, Any]) -> bool:
    wanted = filters.get("state")
    return filters.get("q", "") in f"{row.title} {row.key} {row.pack}" and (
        wanted is None or row.in_use == (wanted == "current")
    )


@needs("forms.view")
@require_http_methods(["GET", "POST"])
def trial(request: HttpRequest, version_id: int) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    try:
        version, screen = queries.trial(version_id, posted, now=calendar.now())
    except FormVersion.DoesNotExist as missing:
        raise Http404(_("没有这个表单版本")) from missing
    passed = request.POST.get("do") == "next" and not screen.errors
    values = {"version": version, "screen": screen, "passed": passed}
    return ui.render(request, "forms/trial.html", FACE | values, status=422 if screen.errors else 200)
