"""Screens for those who answer for papers: templates with their samples, and what waits for a seal."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from yipan.platform import ui
from yipan.platform.calendar import now
from yipan.platform.ui.access import needs
from yipan.platform.ui.errors import Conflict

from . import queries
from .actions import make, seal
from .domain import STATE_TONES, DocumentProblem


@needs("document.manage")
def templates(request: HttpRequest) -> HttpResponse:
    """Every template in its current version."""
    return ui.render(request, "documents/templates.html", {"face": "administration", "rows": queries.templates()})


@needs("document.manage")
def sample(request: HttpRequest) -> HttpResponse:
    """A template with the sample data of its pack, as PDF in the browser; nothing is stored."""
    try:
        pdf = make.sample_pdf(request.GET.get("key", ""))
    except DocumentProblem as problem:
        raise Http404(str(problem)) from problem
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="sample.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
    return answer


@needs("document.manage")
def queue(request: HttpRequest) -> HttpResponse:
    """Papers that wait for a seal, and why."""
    context = {"face": "administration", "rows": queries.seal_queue(), "tones": STATE_TONES}
    return ui.render(request, "documents/queue.html", context)


@needs("document.manage")
@require_POST
def retry(request: HttpRequest, document_id: int) -> HttpResponse:
    """Bring one paper to the seal service again."""
    try:
        again = seal.retry(document_id, actor=request.actor, at=now())  # type: ignore[attr-defined]
    except DocumentProblem as problem:
        raise Conflict(str(problem)) from problem
    ui.notify(request, f"已重新提交：{again.title} {again.number}", tone="green")
    return HttpResponseRedirect(reverse("documents:queue"))
