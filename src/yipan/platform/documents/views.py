"""The sample of a template; the lists are in ``listing``."""

from django.http import Http404, HttpRequest, HttpResponse

from yipan.platform.ui.access import needs

from .actions import make
from .domain import DocumentProblem


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
