"""The shell's own requests: how pages are displayed, and exports that wait for approval."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import context, display
from .access import needs, public, staff
from .listing import approval, export
from .notices import notify
from .rendering import render


def _back(request: HttpRequest) -> str:
    """The page the form stood on; never an address of another host."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/"


@require_POST
@public
def change_display(request: HttpRequest) -> HttpResponse:
    """Remember large type or high contrast and go back to the page; works without script."""
    changed = display.of(request).with_change(
        size=request.POST.get("size", ""), contrast=request.POST.get("contrast", "")
    )
    response = HttpResponseRedirect(_back(request))
    display.remember(response, changed)
    return response


@staff
def my_exports(request: HttpRequest) -> HttpResponse:
    """What I asked to export, and the files I may take."""
    return render(request, "ui/exports.html", {"rows": approval.mine(request), "deciding": False})


@needs(approval.APPROVE)
def exports_to_decide(request: HttpRequest) -> HttpResponse:
    """What others of my unit asked to export."""
    return render(request, "ui/exports.html", {"rows": approval.waiting(request), "deciding": True})


@require_POST
@needs(approval.APPROVE)
def decide_export(request: HttpRequest, export_id: int) -> HttpResponse:
    approve = request.POST.get("do") == "approve"
    note = request.POST.get("note", "").strip()[:200]
    if not approve and not note:
        notify(request, "不批准的，请写明理由。", "orange")
        return HttpResponseRedirect(reverse("ui:exports"))
    with transaction.atomic():
        _decide(request, export_id, approve=approve, note=note)
    notify(request, "已批准，申请人可以下载。" if approve else "已退回申请人。", "green")
    return HttpResponseRedirect(reverse("ui:exports"))


def _decide(request: HttpRequest, export_id: int, *, approve: bool, note: str) -> None:
    asked = approval.decide(request, export_id, approve=approve, note=note)
    what = export.Export(
        asked.list_key, asked.title, "xlsx", (("筛选条件", asked.filters),), (), context.ask("now", request),
        asked.person, True, asked.reason, context.ask("demo", request), asked.pk, asked.decided_by,
    )  # fmt: skip
    export.pass_gate(request, what, export.APPROVE if approve else export.REFUSE)
