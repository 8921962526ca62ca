"""Answering with a paper, on behalf of the room it belongs to."""

from django.http import Http404, HttpResponse, StreamingHttpResponse

from yipan.platform import files, records
from yipan.platform.ui.errors import Conflict

from .domain import BROKEN, PLAIN, SEALED
from .models import Document


class NotReady(Conflict):
    """The paper still waits for its seal: it is no document yet and is given to nobody."""


def _issued(document_id: int) -> Document:
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise Http404("文书不存在")
    if document.state == BROKEN:
        raise NotReady(f"《{document.title}》未能制作，系统管理员正在处理，请稍后再试。")
    if document.state not in (PLAIN, SEALED) or document.file_id is None:
        raise NotReady(f"《{document.title}》正在用印（待盖章），盖章后即可下载，请稍后再试。")
    return document


def response(
    document_id: int, *, actor: records.Actor, purpose: str = "", inline: bool = False
) -> HttpResponse | StreamingHttpResponse:
    """The paper as an answer; the caller's view has checked who asks. Logs the read. Raises NotReady, Http404."""
    document = _issued(document_id)
    return files.response(
        document.file_id or 0, actor, ("document", document_id), purpose=purpose or document.title, inline=inline
    )


def read(document_id: int) -> bytes:
    """The bytes of an issued paper, for rooms that push it on. Raises NotReady, Http404."""
    document = _issued(document_id)
    return files.read(document.file_id or 0, ("document", document_id))
