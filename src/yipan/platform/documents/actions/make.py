"""Make a paper: typeset it, store it, queue it for its seal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from yipan.platform import calendar, files, records

from .. import queries, typesetting
from ..domain import BROKEN, PLAIN, WAITING, DocumentProblem, DocumentRef, fill, missing_fields
from ..models import Document, Template


def make(
    *,
    template: str,
    data: Mapping[str, Any],
    actor: records.Actor,
    at: datetime,
    number: str = "",
    title: str = "",
    subject: tuple[str, object] = ("", ""),
    sealed: bool = True,
    unit_key: str = "",
    key: str = "",
    keep_broken: bool = False,
) -> DocumentRef:
    """Typeset and store a paper. ``data`` are JSON values and are frozen with it (pictures see ``_typeset``);
    ``unit_key`` says whose seal it gets. With ``key`` a repeated call returns the first paper.

    Raises DocumentProblem (no such template, data missing) and MissingGlyphs; then nothing is stored. With
    ``keep_broken`` a paper that cannot be typeset is stored as 制作未成功 instead, with its data and the reason: staff
    see it in the queue and have it made again when the font or the template is mended."""
    if key:
        earlier = Document.objects.filter(key=key).values_list("id", flat=True).first()
        if earlier is not None:
            return queries.one(earlier)
    if sealed and not unit_key:
        raise DocumentProblem("需要盖章的文书必须写明单位")
    found = queries.template(template)
    title = title or found.title
    problem = ""
    pdf = b""
    try:
        pdf = _typeset(found, data, number=number, title=title, at=at, subject=subject)
    except DocumentProblem as found_problem:
        if not keep_broken:
            raise
        problem = str(found_problem)
    with transaction.atomic():
        document = Document.objects.create(
            key=key or None,
            template=found,
            title=title,
            number=number,
            subject_kind=subject[0],
            subject_id=str(subject[1]),
            unit_key=unit_key,
            to_be_sealed=sealed,
            data=dict(data),
            at=at,
            actor_name=actor.name,
            state=BROKEN,
            last_error=problem,
        )
        if pdf:
            _keep(document, pdf, actor=actor, at=at)
    return queries.one(document.pk)


def make_again(document: Document, *, actor: records.Actor, at: datetime) -> None:
    """Typeset a broken paper once more, from its frozen data and with the template of today; inside the caller's
    transaction. Raises DocumentProblem."""
    document.template = queries.template(document.template.key)
    pdf = _typeset(
        document.template,
        document.data,
        number=document.number,
        title=document.title,
        at=document.at,
        subject=(document.subject_kind, document.subject_id),
    )
    _keep(document, pdf, actor=actor, at=at)


def _keep(document: Document, pdf: bytes, *, actor: records.Actor, at: datetime) -> None:
    """Store the typeset paper; from here on its row is final but for the seal."""
    stored = files.store(
        pdf,
        name=file_name(document.title, document.number),
        owner=("document", document.pk),
        actor=actor,
        at=at,
        accept=("pdf",),
    )
    document.draft_file_id, document.draft_sha256, document.last_error = stored.id, stored.sha256, ""
    if document.to_be_sealed:
        document.state, document.next_at = WAITING, calendar.real_now()
    else:
        document.state = PLAIN
        document.file_id, document.sha256, document.size = stored.id, stored.sha256, stored.size
    document.save()
    records.act(
        chain=("document", document.pk),
        verb="document.make",
        actor=actor,
        at=at,
        subject=("document", document.pk),
        to_state=document.state,
        payload={
            "template": document.template.key,
            "version": document.template.version,
            "number": document.number,
            "sha256": stored.sha256,
        },
    )


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
    number: str = "",
    subject: tuple[str, object] = ("", ""),
) -> bytes:
    """The PDF of a template with data, not stored, not sealed; ``subject`` owns the pictures that the data name."""
    found = queries.template(template)
    return _typeset(found, data, number=number, title=found.title, at=at or calendar.now(), subject=subject)


def render_png(template: str, data: Mapping[str, Any], *, at: datetime | None = None, number: str = "") -> bytes:
    """The first page as a picture, for previews on screen."""
    found = queries.template(template)
    return _typeset(found, data, number=number, title=found.title, at=at or calendar.now(), form="png")


def sample_pdf(template: str) -> bytes:
    """A template with the sample data of its pack."""
    found = queries.template(template)
    return _typeset(found, found.sample, number=found.sample.get("number", ""), title=found.title, at=calendar.now())


def file_name(title: str, number: str) -> str:
    return f"{title} {number}.pdf" if number else f"{title}.pdf"


def _typeset(
    found: Template,
    data: Mapping[str, Any],
    *,
    number: str,
    title: str,
    at: datetime,
    form: str = "pdf",
    subject: tuple[str, object] = ("", ""),
) -> bytes:
    """``data["images"]`` names pictures by the id of a file of the subject: {"opinion-7.png": 12}."""
    lacking = missing_fields(found.fields, data)
    if lacking:
        raise DocumentProblem(f"文书“{title}”缺少数据：{'、'.join(lacking)}")
    return typesetting.typeset(
        found.source,
        data,
        meta=meta(title, number, qr=found.qr, data=data, demo=records.installation().kind != "production"),
        at=at,
        form=form,
        pictures={name: files.read(file_id, subject) for name, file_id in (data.get("images") or {}).items()},
    )


def meta(title: str, number: str, *, qr: str, data: Mapping[str, Any], demo: bool) -> dict[str, Any]:
    """What every layout knows besides the data: title, number, whether it is a demonstration, its QR code."""
    address = settings.YIPAN_PUBLIC_URL + fill(qr, data) if qr else ""
    # A long address (a signed licence) needs coarser modules more than it needs error correction.
    drawing = typesetting.qr_svg(address, error="m" if len(address) < 300 else "l") if address else ""
    return {"title": title, "number": number, "demo": demo, "qr_svg": drawing}
