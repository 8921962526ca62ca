"""The province's e-licence library is told of every licence once it is sealed, and of every change of its state."""

import base64
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from yipan.kernel.clock import day_of
from yipan.platform import documents, records

from .models import Licence

CHANNEL = "elicence"


def when_sealed(event: records.Event) -> None:
    """Subscriber of document.sealed: the PDF is final now, so the licence can go out."""
    if event.subject_kind != "licence":
        return
    licence = Licence.objects.filter(pk=int(event.subject_id), document_id=event.payload["document"]).first()
    if licence is not None:
        _queue("issue", licence, event.at)


def push_state(licence: Licence, at: datetime) -> None:
    _queue("status", licence, at)


def _queue(event: str, licence: Licence, at: datetime) -> None:
    key = f"licence-{licence.pk}-issue" if event == "issue" else f"licence-{licence.pk}-{at.isoformat()}"
    payload = {"event": event, "licence": licence.pk, "status": licence.state, "reason": licence.state_reason}
    records.queue(channel=CHANNEL, key=key, payload=payload, subject=("licence", licence.pk), at=at)


def send(message: records.Outgoing) -> records.Sent:
    """Sender of the channel. What a licence says is read when it is sent, so the outbox holds no personal data."""
    try:
        client = import_module("yipan.connectors.elicence")
    except ModuleNotFoundError as missing:
        raise RuntimeError("没有接入省电子证照系统") from missing
    try:
        return records.Sent(client.push(payload(message.payload), key=message.key) or "")
    except Exception as problem:
        if getattr(problem, "permanent", False):
            raise records.Rejected(str(problem)) from problem
        raise


def payload(queued: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of GB/T 36903-2018, and the sealed PDF when the licence is issued."""
    licence = Licence.objects.select_related("kind").get(pk=queued["licence"])
    made = {
        "event": queued["event"],
        "identifier": licence.identifier,
        "licence_type": licence.kind.definition["type_code"] or licence.template,
        "title": licence.title,
        "number": licence.number,
        "version": f"{licence.version:03d}",
        "holder_kind": licence.holder_kind,
        "holder_name": licence.holder_name,
        "holder_code": licence.holder_code,
        "issuer_name": licence.issuer_name,
        "issuer_code": licence.issuer_code,
        "issued_on": day_of(licence.issued_at).isoformat(),
        "valid_from": licence.valid_from.isoformat(),
        "valid_to": licence.valid_to.isoformat() if licence.valid_to else "",
        # The state of today, not of the day of the message: messages that fail and are sent again may pass each other.
        "status": licence.state,
        "reason": licence.state_reason,
        "changed_at": licence.state_at.isoformat(),
        "data": {row["label"]: row["value"] for row in licence.data},
    }
    if queued["event"] == "issue":
        pdf = documents.read(licence.document_id or 0)
        made["pdf_base64"] = base64.b64encode(pdf).decode()
        made["sha256"] = documents.queries.one(licence.document_id or 0).sha256
    return made
