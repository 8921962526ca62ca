"""Answering with a file, on behalf of its owner's view."""

from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, StreamingHttpResponse

from yipan.platform import records

from .domain import KINDS
from .queries import ref_and_row

CHUNK = 256 * 1024
# Inside a sandbox without any right even a file that lies about itself can run nothing. Browsers show no PDF inside a
# sandbox, so a PDF that is shown in place goes without, and only when no action was found in it.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"


class Blocked(PermissionDenied):
    """The file is sealed because of what a scanner found."""


def response(
    file_id: int, actor: records.Actor, owner: tuple[str, object], *, purpose: str = "", inline: bool = False
) -> HttpResponse | StreamingHttpResponse:
    """The file as an answer, after the owner's view has checked who asks. Logs the read.

    Always nosniff and never cached; an attachment unless `inline` is asked for a kind that may be shown and in which
    nothing suspicious was found. Raises
    Http404 when the file is not the owner's or was erased, Blocked when it is infected."""
    try:
        ref, row = ref_and_row(file_id)
    except LookupError as error:
        raise Http404("附件不存在") from error
    if (row.owner_kind, row.owner_key) != (owner[0], str(owner[1])):
        raise Http404("附件不存在")
    if ref.erased:
        raise Http404("附件已删除")
    if ref.scan_state == "infected":
        raise Blocked("附件中发现病毒，已封存，不能下载。请联系上传人重新提供。")
    try:
        file = default_storage.open(row.storage_name)
    except FileNotFoundError as error:
        raise Http404("附件内容丢失，请联系系统管理员") from error
    records.log_access(actor, (owner[0], str(owner[1])), [f"附件：{ref.name}"], purpose)
    answer = StreamingHttpResponse(iter(lambda: file.read(CHUNK), b""), content_type=ref.mime)
    answer._resource_closers.append(file.close)  # type: ignore[attr-defined]  # closed with the response
    shown = inline and KINDS[ref.kind].inline and not ref.flags
    answer["Content-Disposition"] = (
        f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(ref.name, safe='')}"
    )
    answer["Content-Length"] = str(ref.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = PDF_POLICY if shown and ref.kind == "pdf" else POLICY
    answer["Cache-Control"] = "private, no-store"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
