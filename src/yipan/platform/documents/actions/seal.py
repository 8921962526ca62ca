"""Bring papers to the seal service, and keep on trying: an office without a seal waits, it does not lose papers."""

from datetime import datetime, timedelta

from django.db import transaction

from yipan.platform import calendar, files, records

from .. import queries, seals
from ..domain import BROKEN, REFUSED, SEALED, WAITING, DocumentProblem, DocumentRef, pause
from ..models import Document
from .make import file_name, make_again

LEASE = timedelta(minutes=2)
BATCH = 10


def seal_due(limit: int = BATCH) -> int:
    """Run by the worker: seal what is due; how many papers were tried."""
    tried = 0
    while tried < limit and (document := _claim()) is not None:
        _seal(document)
        tried += 1
    return tried


def _claim() -> Document | None:
    """Take one due paper for two minutes; if this process dies meanwhile, another takes it over after that."""
    real = calendar.real_now()
    with transaction.atomic():
        document = (
            Document.objects.select_for_update(skip_locked=True)
            .filter(state=WAITING, next_at__lte=real)
            .order_by("next_at", "id")
            .first()
        )
        if document is not None:
            document.attempts += 1
            document.next_at = real + LEASE
            document.save(update_fields=["attempts", "next_at"])
    return document


def _seal(document: Document) -> None:
    draft = files.read(document.draft_file_id or 0, ("document", document.pk))
    try:
        sealed = seals.seal(
            draft,
            document.unit_key,
            reason=f"{document.title} {document.number}".strip(),
            key=f"document-{document.pk}",
        )
    except Exception as problem:
        _not_sealed(document, problem)
        return
    _store(document.pk, sealed)


def _not_sealed(document: Document, problem: Exception) -> None:
    refused = bool(getattr(problem, "permanent", False))
    Document.objects.filter(pk=document.pk, state=WAITING).update(
        state=REFUSED if refused else WAITING,
        next_at=None if refused else calendar.real_now() + pause(document.attempts),
        last_error=str(problem)[:500] or type(problem).__name__,
    )


def _store(document_id: int, sealed: bytes) -> None:
    now = calendar.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if document.state != WAITING:
            return
        stored = files.store(
            sealed,
            name=file_name(document.title, document.number),
            owner=("document", document_id),
            actor=records.SYSTEM,
            at=now,
            accept=("pdf",),
        )
        document.state, document.sealed_at, document.next_at, document.last_error = SEALED, now, None, ""
        document.file_id, document.sha256, document.size = stored.id, stored.sha256, stored.size
        document.save()
        records.act(
            chain=("document", document_id),
            verb="document.seal",
            actor=records.SYSTEM,
            at=now,
            subject=("document", document_id),
            from_state=WAITING,
            to_state=SEALED,
            payload={"sha256": stored.sha256, "seal": document.unit_key},
        )
        records.publish(
            records.Event(
                "document.sealed",
                document.subject_kind or "document",
                document.subject_id or str(document_id),
                now,
                payload={"document": document_id, "title": document.title, "number": document.number},
            )
        )


def retry(document_id: int, *, actor: records.Actor, at: datetime) -> DocumentRef:
    """Bring a waiting or refused paper to the seal service again, at once; typeset a broken one again. Needs
    document.manage. Raises DocumentProblem when it still cannot be typeset."""
    records.rights.require(actor, "document.manage")
    with transaction.atomic():
        document = Document.objects.select_for_update().filter(pk=document_id).first()
        if document is None or document.state not in (WAITING, REFUSED, BROKEN):
            raise DocumentProblem("这份文书不在待盖章之列")
        if document.state == BROKEN:
            make_again(document, actor=actor, at=at)
            return queries.one(document_id)
        before, document.state, document.next_at = document.state, WAITING, calendar.real_now()
        document.save(update_fields=["state", "next_at"])
        records.act(
            chain=("document", document_id),
            verb="document.seal_again",
            actor=actor,
            at=at,
            subject=("document", document_id),
            from_state=before,
            to_state=WAITING,
        )
    return queries.one(document_id)
