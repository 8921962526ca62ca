"""Screens for the administrator of calendars."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from yipan.kernel.packs import Finding, PackError
from yipan.platform import ui
from yipan.platform.ui import listing
from yipan.platform.ui.access import needs

from . import actions, queries
from .clock import now, today
from .domain import COLUMNS, read_years

MAX_BYTES = 1024 * 1024


class YearList(listing.ListPage):
    """The years that have a calendar, with an alarm for those that will be missing, and the import below."""

    key, title, face = "calendar.years", "工作日历", "administration"
    intro = "工作日历依据国务院办公厅每年的放假通知。缺少日历的年份一律不计算期限，不作推测。"
    template = "calendar/years.html"
    default_order = "-year"
    columns = (
        listing.Column(
            "year", "年份", value=lambda row: f"{row.year} 年{'（暂定）' if row.provisional else ''}", fixed=True,
            sort=True, nowrap=True, link=lambda row: reverse("calendar:year", args=[row.year]),
        ),
        listing.Column("working_days", "工作日", "number", sort=True),
        listing.Column("revision", "版次", "number"),
        listing.Column("source", "依据"),
        listing.Column("at", "录入时间", "moment", sort=True),
        listing.Column("actor_name", "录入人"),
    )  # fmt: skip
    filters = (listing.Text("q", "年份或依据"),)
    empty_title = "还没有任何年份的工作日历"
    empty_hint = "请在下方导入。"

    def query(self, request: HttpRequest) -> listing.Query:  # noqa: ARG002
        return listing.RowsQuery(
            lambda _filters: queries.years(),
            lambda row, filters: filters.get("q", "") in f"{row.year} {row.source}",
            key="year",
        )

    def row_key(self, row: queries.YearRow) -> str:
        return str(row.year)

    def more(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        return _form()


years = YearList()


@needs("calendar.manage")
def year(request: HttpRequest, year: int) -> HttpResponse:
    found = queries.page(year)
    if found is None:
        raise Http404(f"没有 {year} 年的工作日历")
    return ui.render(request, "calendar/year.html", {"year": found, "face": "administration"})


@needs("calendar.manage")
def import_file(request: HttpRequest) -> HttpResponseBase:
    """Take an uploaded file; every fault of every row is shown, and nothing is written when there is one."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("calendar:years"))
    source, reason = request.POST.get("source", "").strip(), request.POST.get("reason", "").strip()
    upload = request.FILES.get("file")
    name = upload.name or "" if upload else ""
    findings: list[Finding] = []
    done: list[actions.Imported] = []
    try:
        text = _text(upload)
        parsed = read_years(text, name, source=source)
        done = actions.import_years(parsed, actor=request.actor, at=now(), reason=reason)  # type: ignore[attr-defined]
    except PackError as error:
        findings = list(error.findings)
    except actions.NeedsReason as error:
        findings = [Finding(name, 0, str(error))]
    request.path = reverse("calendar:years")  # the list's own links lead back to it
    values = _form(findings=findings, done=done, source=source, reason=reason)
    return years.show(request, status=422 if findings else 200, **values)


def _text(upload) -> str:
    if upload is None:
        raise PackError([Finding("", 0, "请选择文件")])
    if not upload.name.lower().endswith((".json", ".csv", ".yaml", ".yml")):
        raise PackError([Finding(upload.name, 0, "只接受 .json、.csv、.yaml 文件")])
    if upload.size > MAX_BYTES:
        raise PackError([Finding(upload.name, 0, "文件超过 1 MB")])
    content = upload.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PackError([Finding(upload.name, 0, "文件编码无法识别，请另存为 UTF-8")])


def _form(*, findings=(), done=(), source="", reason="") -> dict[str, Any]:
    return {
        "missing": queries.missing_years(today()),
        "names": COLUMNS,
        "findings": list(findings),
        "done": list(done),
        "source": source,
        "reason": reason,
    }
