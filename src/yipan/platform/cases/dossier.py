"""案卷: everything of a concluded case bound into one PDF, with a cover, a list of contents and bookmarks.

It is bound when it is asked for, from papers and files that can no longer change; the list of contents names the digest
of each, so that a printed file can be compared with what is kept. What has no pages (OFD) is attached to the PDF and
named in the list. Source: 归档文件整理规则 DA/T 22-2015, 电子文件归档与电子档案管理规范 GB/T 18894-2016.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from yipan.kernel import clock
from yipan.platform import documents, files

from .domain.states import State
from .models import Case, CaseDocument, CaseMaterial
from .sheets import moment

TEMPLATE = "case/dossier"
A4 = (1240, 1754)  # pixels at 150 to the inch


@dataclass(slots=True)
class Part:
    """One piece of the file; ``pages`` is empty for what has none, ``first`` its page number once it is bound."""

    title: str
    number: str
    at: datetime
    sha256: str
    name: str
    content: bytes
    pages: list[Any] = field(default_factory=list)
    first: int = 0


def bind(case: Case, *, now: datetime) -> bytes:
    """The file of a case. Papers that are not ready yet (waiting for their seal) are named as missing."""
    parts = [*_papers(case), *_materials(case)]
    for part in parts:
        part.pages = _pages(part)
    front = _front(case, parts, now, first=0)
    front = _front(case, parts, now, first=len(PdfReader(io.BytesIO(front)).pages))
    writer = PdfWriter()
    writer.append(io.BytesIO(front), import_outline=False)
    writer.add_outline_item(title="封面和目录", page_number=0)
    for part in parts:
        for page in part.pages:
            writer.add_page(page)
        if part.pages:
            writer.add_outline_item(title=part.title, page_number=part.first - 1)
        elif part.content:
            writer.add_attachment(part.name, part.content)
    writer.add_metadata({"/Title": f"案卷 {case.case_no or case.pk}", "/Subject": case.item_title})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _papers(case: Case) -> Iterator[Part]:
    """The approval sheet first, then the papers in the order in which they were issued."""
    rows = list(CaseDocument.objects.filter(case=case))
    rows.sort(key=lambda row: (row.kind != "approval_sheet", row.pk))
    for row in rows:
        content = b""
        if row.document_id is not None:
            try:
                content = documents.read(row.document_id)
            except documents.NotReady:
                content = b""
        digest = hashlib.sha256(content).hexdigest() if content else "未用印"
        yield Part(row.title, row.number, row.at, digest, f"{row.title}.pdf", content)


def _materials(case: Case) -> Iterator[Part]:
    """Every material that was handed in or fetched, also those that a later one replaced."""
    owner = ("case", case.pk)
    kept = {ref.id: ref for ref in files.refs(owner)}
    for row in CaseMaterial.objects.filter(case=case, file_id__isnull=False):
        ref = kept.get(row.file_id or 0)
        if ref is None or ref.erased:
            continue
        note = "（已被替换）" if row.replaced else ""
        title = f"{row.name}{note}"
        yield Part(title, row.get_source_display(), row.at, row.sha256, ref.name, files.read(ref.id, owner))


def _pages(part: Part) -> list[Any]:
    """The pages of a PDF or of a picture; none for everything else."""
    if part.content.startswith(b"%PDF-"):
        try:
            return list(PdfReader(io.BytesIO(part.content)).pages)
        except PyPdfError:
            return []
    try:
        picture = Image.open(io.BytesIO(part.content)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return []
    picture.thumbnail(A4)
    sheet = Image.new("RGB", A4, "white")
    sheet.paste(picture, ((A4[0] - picture.width) // 2, (A4[1] - picture.height) // 2))
    out = io.BytesIO()
    sheet.save(out, "PDF", resolution=150)
    return list(PdfReader(out).pages)


def _front(case: Case, parts: list[Part], now: datetime, *, first: int) -> bytes:
    """Cover and list of contents; ``first`` is how many pages they take."""
    page = first
    for part in parts:
        part.first = page + 1 if part.pages else 0
        page += len(part.pages)
    facts = [
        ("事项", case.item_title), ("申请人", case.applicant_name), ("统一社会信用代码", case.applicant_code),
        ("办件编号", case.case_no or ""), ("收件", moment(case.received_at)), ("受理", moment(case.accepted_at)),
        ("决定", f"{moment(case.decided_at)} {case.get_decision_display() or ''}".strip()),  # type: ignore[attr-defined]
        ("决定文号", case.decision_no), ("办结", moment(case.concluded_at)), ("结果", State(case.state).title),
    ]  # fmt: skip
    data = {
        "unit": case.unit_name,
        "item": case.item_title,
        "applicant": case.applicant_name,
        "date": clock.show_date(now),
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "parts": [
            {
                "title": part.title,
                "number": part.number,
                "at": part.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d"),
                "pages": _places(part),
                "sha256": part.sha256[:16],
            }
            for part in parts
        ],
        "total": page,
    }
    return documents.render_pdf(TEMPLATE, data, at=now, number=case.short_no or "")


def _places(part: Part) -> str:
    if part.pages:
        return f"{part.first}–{part.first + len(part.pages) - 1}"
    return "附件" if part.content else "—"


def ready(case: Case) -> bool:
    """A file is bound when its case has ended here."""
    return case.concluded_at is not None and not case.history_batch


__all__ = ["bind", "ready"]
