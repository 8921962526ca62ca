"""What anybody may find out about a licence: by its QR code, by number and holder, or by the PDF itself."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import IO

from yipan.kernel import identifiers
from yipan.kernel.clock import day_of
from yipan.platform import documents
from yipan.platform.calendar import now

from . import queries, signing
from .domain import Malformed, Verdict, verdict
from .domain.states import TAMPERED, UNKNOWN, VALID
from .models import Licence


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with what may be shown beside it: pairs of label and (masked) value. Nothing of what a
    tampered code or file claims is shown: it would lend it credit. ``how`` says what was checked."""

    verdict: Verdict
    facts: tuple[tuple[str, str], ...] = ()
    how: str = ""


def by_code(text: str) -> Finding:
    """By the QR code's content. A wrong signature is tampering, whoever's licence it names."""
    try:
        opened = signing.check(text)
    except Malformed:
        return Finding(TAMPERED, how="二维码内容")
    if not opened.genuine:
        return Finding(TAMPERED, how="二维码内容")
    licence = Licence.objects.select_related("kind").filter(serial=opened.summary["s"]).first()
    if licence is None:
        return Finding(UNKNOWN, how="二维码内容")
    if licence.compact != text.strip():
        return Finding(TAMPERED, how="二维码内容")
    return _known(licence, "二维码签名")


def by_number(number: str, holder: str) -> Finding:
    """By number and holder's name (or credit code), both in full: a number alone opens nothing."""
    number, holder = identifiers.normalise(number) if number.isascii() else number.strip(), holder.strip()
    if not number or not holder:
        return Finding(UNKNOWN, how="证照编号")
    licence = Licence.objects.select_related("kind").filter(number=number).order_by("-version").first()
    if licence is None or not _is(licence, holder):
        return Finding(UNKNOWN, how="证照编号")
    return _known(licence, "证照编号和持证人")


def _is(licence: Licence, holder: str) -> bool:
    written = holder.replace("(", "（").replace(")", "）")
    return licence.holder_name.replace("(", "（").replace(")", "）") == written or (
        licence.holder_kind == "entity" and bool(licence.holder_code) and licence.holder_code == holder.upper()
    )


def by_file(file: IO[bytes]) -> Finding:
    """By the PDF: only the very bytes this platform issued are genuine."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(256 * 1024):
        digest.update(chunk)
    found = documents.queries.by_sha256(digest.hexdigest())
    if found is None:
        return Finding(TAMPERED, how="文件摘要")
    licence = Licence.objects.select_related("kind").filter(document_id=found.id).first()
    if licence is not None:
        return _known(licence, "文件摘要")
    genuine = Verdict(VALID, "文件真实", "该文书由本平台出具，文件未被改动。", "green")
    return Finding(genuine, (("文书", found.title), ("文号", found.number)), "文件摘要")


def _known(licence: Licence, how: str) -> Finding:
    today: date = day_of(now())
    said = verdict(licence.state, licence.valid_from, licence.valid_to, today)
    return Finding(said, tuple(queries.public_facts(licence)), how)
