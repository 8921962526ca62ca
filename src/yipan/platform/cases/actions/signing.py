"""The applicant signs at the window: on the pad, or on paper that is scanned. He signs the form as it is now."""

import base64
import binascii
import io
from datetime import datetime
from typing import IO

from yipan.platform import files, records

from ..models import CaseSignature
from . import drafts
from .core import CaseProblem, work_on

PREFIX = "data:image/png;base64,"
LARGEST = 512 * 1024


def picture_of(address: str) -> bytes:
    """The picture of a pad, as the page sends it. Raises CaseProblem for anything else."""
    if not address.startswith(PREFIX) or len(address) > LARGEST * 4 // 3 + 64:
        raise CaseProblem("签名没有读到，请重新签名。")
    try:
        return base64.b64decode(address[len(PREFIX) :], validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise CaseProblem("签名没有读到，请重新签名。") from wrong


def sign(
    case_id: int, *, kind: str, file: IO[bytes] | bytes, name: str, actor: records.Actor, now: datetime
) -> CaseSignature:
    """Keep a signature under the present version of the form; an earlier one stays on record.

    Raises CaseProblem before the form is filled in, files.Rejected for what is no picture or PDF."""
    with work_on(case_id, actor, now) as work:
        case = work.case
        drafts.editable(case)
        if case.form_data_id is None:
            raise CaseProblem("申请表还没有填写完整，请先填写并保存申请表，再请申请人签名。")
        content = io.BytesIO(file) if isinstance(file, bytes) else file
        stored = files.store(
            content,
            name=name,
            owner=("case", str(case.pk)),
            actor=actor,
            at=now,
            accept=("png",) if kind == CaseSignature.Kind.PAD else ("png", "jpg", "pdf"),
        )
        signature = CaseSignature.objects.create(
            case=case,
            kind=kind,
            signer=case.agent_name or case.applicant_name,
            form_data_id=case.form_data_id,
            file_id=stored.id,
            sha256=stored.sha256,
            taken_by=actor.name,
            at=now,
        )
        records.act(
            chain=("case", str(case.pk)), verb="case.sign", actor=actor, at=now, subject=("case", str(case.pk)),
            payload={"kind": kind, "signer": signature.signer, "sha256": stored.sha256, "form": case.form_data_id},
        )  # fmt: skip
        return signature


def present(case_id: int, form_data_id: int | None) -> CaseSignature | None:
    """The newest signature under this very version of the form; a form that was changed has to be signed anew."""
    return CaseSignature.objects.filter(case_id=case_id, form_data_id=form_data_id).first()
