"""Reads of papers and templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from yipan.platform.ui import listing

from .domain import BROKEN, REFUSED, STATE_WORDS, WAITING, DocumentProblem, DocumentRef
from .models import Document, SealKey, Template

_REF = ("id", "title", "number", "template__key", "state", "sha256", "size", "at")


def seal_keys() -> list[dict[str, str]]:
    """Public keys of the seal service by id, oldest first, for checks without this platform."""
    return [
        {"id": key_id, "public": public}
        for key_id, public in SealKey.objects.order_by("id").values_list("key_id", "public")
    ]


def _refs(rows: Iterable[tuple]) -> list[DocumentRef]:
    return [DocumentRef(*row) for row in rows]


def of(subject: tuple[str, object]) -> list[DocumentRef]:
    """The papers of a subject, oldest first; one statement. Who may see them is its room's matter."""
    found = Document.objects.filter(subject_kind=subject[0], subject_id=str(subject[1])).order_by("id")
    return _refs(found.values_list(*_REF))


def refs(ids: Iterable[int]) -> dict[int, DocumentRef]:
    """Papers by id; one statement."""
    return {ref.id: ref for ref in _refs(Document.objects.filter(pk__in=list(ids)).values_list(*_REF))}


def one(document_id: int) -> DocumentRef:
    """Raises LookupError."""
    found = refs([document_id])
    if not found:
        raise LookupError("文书不存在")
    return found[document_id]


def by_sha256(digest: str) -> DocumentRef | None:
    """The issued paper with these very bytes, if there is one."""
    return next(iter(_refs(Document.objects.filter(sha256=digest.lower()).values_list(*_REF)[:1])), None)


def template(key: str) -> Template:
    """The current version of a template. Raises DocumentProblem."""
    found = Template.objects.filter(key=key).order_by("-version").first()
    if found is None:
        raise DocumentProblem(f"没有文书模板“{key}”，请安装含有它的内容包（templates 文件夹）")
    return found


@dataclass(frozen=True, slots=True)
class TemplateRow:
    key: str
    title: str
    version: int
    pack: str
    installed_at: datetime
    fields: tuple[str, ...]


def templates() -> list[TemplateRow]:
    """Every template in its current version."""
    rows = Template.objects.order_by("key", "-version").distinct("key")
    return [TemplateRow(t.key, t.title, t.version, t.pack, t.installed_at, tuple(t.fields)) for t in rows]


@dataclass(frozen=True, slots=True)
class SealRow:
    """A paper in the queue of the seal service."""

    id: int
    title: str
    number: str
    unit_key: str
    state: str
    state_word: str
    at: datetime
    attempts: int
    next_at: datetime | None
    last_error: str


def seal_query() -> listing.TableQuery:
    """Papers that wait for a seal, were refused one, or could not be typeset."""
    return listing.TableQuery(
        queryset=Document.objects.filter(state__in=(WAITING, REFUSED, BROKEN)),
        fields=("id", "title", "number", "unit_key", "state", "at", "attempts", "next_at", "last_error"),
        orders={"at": "at"},
        narrow=_narrow,
        row=lambda d: SealRow(
            d["id"], d["title"], d["number"], d["unit_key"], d["state"], STATE_WORDS[d["state"]], d["at"],
            d["attempts"], d["next_at"], d["last_error"],
        ),
    )  # fmt: skip


def _narrow(rows: QuerySet[Document], filters: Mapping[str, Any]) -> QuerySet[Document]:
    if words := filters.get("q"):
        rows = rows.filter(Q(title__contains=words) | Q(number__contains=words) | Q(unit_key=words))
    return rows.filter(state=filters["state"]) if "state" in filters else rows


def seal_queue(limit: int = 200) -> list[SealRow]:
    """The oldest papers of the queue."""
    return seal_query().page({}, after=None, before=None, limit=limit, order="at")
