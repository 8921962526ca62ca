"""Screens for the administrator of calendars."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from yipan.kernel.packs import Finding, PackError
from yipan.platform import ui
from yipan.platform.ui.access import needs

from . import actions, queries
from .clock import now, today
from .domain import COLUMNS, read_years

MAX_BYTES = 1024 * 1024


@needs("calendar.manage")
def years(request: HttpRequest) -> HttpResponse:
    """The years that have a calendar, with an alarm for those that will be missing."""
    return ui.render(request, "calendar/years.html", _list_context())


@needs("calendar.manage")
def year(request: HttpRequest, year: int) -> HttpResponse:
    found = queries.page(year)
    if found is None:
        raise Http404(f"没有 {year} 年的工作日历")
    return ui.render(request, "calendar/year.html", {"year": found, "face": "administration"})


@needs("calendar.manage")
def import_file(request: HttpRequest) -> HttpResponse:
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
    status = 422 if findings else 200
    context = _list_context(findings=findings, done=done, source=source, reason=reason)
    return ui.render(request, "calendar/years.html", context, status=status)


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


def _list_context(*, findings=(), done=(), source="", reason="") -> dict[str, object]:
    return {
        "years": queries.years(),
        "missing": queries.missing_years(today()),
        "columns": COLUMNS,
        "findings": list(findings),
        "done": list(done),
        "source": source,
        "reason": reason,
        "face": "administration",
    }
