"""Screens of content packs: what is in use, since when, and what the files that came with the product would change."""

from django.http import Http404, HttpRequest, HttpResponse

from yipan.platform import ui
from yipan.platform.ui.access import needs

from . import queries


@needs("pack.manage")
def packs(request: HttpRequest) -> HttpResponse:
    """Every pack in use."""
    return ui.render(request, "publishing/packs.html", {"face": "administration", "rows": queries.rows_in_use()})


@needs("pack.manage")
def pack(request: HttpRequest, key: str) -> HttpResponse:
    """One pack: its versions, the files of the version in use, and how the delivered files differ from it."""
    page = queries.page(key)
    if page is None:
        raise Http404("没有这个内容包")
    return ui.render(request, "publishing/pack.html", {"face": "administration", "pack": page})
