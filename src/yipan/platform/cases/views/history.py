"""历史办件: the table of cases from before this platform, uploaded by an administrator."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from yipan.platform import calendar, ui
from yipan.platform.ui import tables
from yipan.platform.ui.access import needs

from ..actions import history
from . import common

LIMIT = 20 * 1024 * 1024
IMPORT = "case.import"


@needs(IMPORT)
def upload(request: HttpRequest) -> HttpResponseBase:
    """Every fault of every row is shown; one stops everything unless rows without fault are wanted all the same."""
    faults: list[tables.RowFault] = []
    partial, taken = request.POST.get("partial") == "1", 0
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None or (file.size or 0) > LIMIT:
                raise tables.refused("请选择 20 MB 以内的 CSV 文件，更大的用命令行导入")
            done = history.take_in(
                history.csv_rows(tables.text_of(file.read())),
                batch=f"{calendar.now():%Y%m%d%H%M%S}",
                actor=common.actor_of(request),
                at=calendar.now(),
                partial=partial,
            )
        except tables.TableRefused as refused:
            faults = refused.faults
        else:
            taken, faults = done.cases, list(done.faults)
            ui.notify(request, f"已导入 {taken} 件历史办件，批次 {done.batch}。", "green")
            if not faults:
                return HttpResponseRedirect(f"{reverse('cases:list')}?origin=history")
    values = {
        "face": "administration",
        "faults": faults,
        "taken": taken,
        "partial": partial,
        "columns": history.COLUMNS,
        "required": history.REQUIRED,
    }
    return ui.render(request, "cases/import.html", values, status=422 if faults and not taken else 200)


@require_GET
@needs(IMPORT)
def template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """An empty table with the columns the import reads, as spreadsheet programs open it."""
    response = HttpResponse("\ufeff" + ",".join(history.COLUMNS) + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E5%8E%86%E5%8F%B2%E5%8A%9E%E4%BB%B6.csv"
    return response
