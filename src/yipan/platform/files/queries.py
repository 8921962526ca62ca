"""Reads of the files room. Every read names the owner: an id alone opens nothing."""

import hashlib
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from .domain import FileRef
from .models import Erasure, Scan, StoredFile


def _rows() -> QuerySet[StoredFile]:
    newest = Scan.objects.filter(file=OuterRef("pk")).order_by("-id").values("state")[:1]
    erased = Exists(Erasure.objects.filter(file=OuterRef("pk")))
    return StoredFile.objects.annotate(scan_state=Subquery(newest), is_erased=erased)


def as_ref(row: StoredFile, scan_state: str, *, erased: bool) -> FileRef:
    return FileRef(
        id=row.pk, name=row.name, mime=row.mime, kind=row.kind, size=row.size, sha256=row.sha256,
        original_sha256=row.original_sha256, flags=tuple(row.flags), scan_state=scan_state, at=row.at,
        actor_name=row.actor_name, erased=erased,
    )  # fmt: skip


def _ref(row: StoredFile) -> FileRef:
    state: str = row.scan_state or "not_scanned"  # type: ignore[attr-defined]
    return as_ref(row, state, erased=row.is_erased)  # type: ignore[attr-defined]


def ref_and_row(file_id: int) -> tuple[FileRef, StoredFile]:
    """For this room's own work, without an owner. Raises LookupError."""
    row = _rows().filter(pk=file_id).first()
    if row is None:
        raise LookupError("附件不存在")
    return _ref(row), row


def _owned(file_id: int, owner: tuple[str, object]) -> StoredFile:
    row = _rows().filter(pk=file_id, owner_kind=owner[0], owner_key=str(owner[1])).first()
    if row is None:
        raise LookupError("附件不存在")
    return row


def ref(file_id: int, owner: tuple[str, object]) -> FileRef:
    """The reference of an owner's file. Raises LookupError when it is not his."""
    return _ref(_owned(file_id, owner))


def refs(owner: tuple[str, object], ids: Iterable[int] | None = None) -> list[FileRef]:
    """All files of an owner (or those of the ids), oldest first; one statement."""
    rows = _rows().filter(owner_kind=owner[0], owner_key=str(owner[1])).order_by("id")
    return [_ref(row) for row in (rows if ids is None else rows.filter(pk__in=list(ids)))]


def read(file_id: int, owner: tuple[str, object]) -> bytes:
    """The content, for rooms that build on it (merging, sealing, pushing). Raises LookupError; ValueError when the
    storage holds something else than what was stored."""
    row = _owned(file_id, owner)
    if row.is_erased:  # type: ignore[attr-defined]
        raise LookupError("附件已删除")
    with default_storage.open(row.storage_name) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError(f"附件 {file_id} 的内容与登记的摘要不符")
    return content


def kept_objects() -> list[str]:
    """Names in the storage of everything a row that was not erased points to, for backups."""
    rows = StoredFile.objects.filter(erasure=None).order_by("storage_name")
    return list(rows.values_list("storage_name", flat=True).distinct())


def damaged(limit: int = 0) -> list[tuple[int, str]]:
    """(id, reason) of files whose object is missing or differs from its digest; reads everything."""
    result = []
    rows = StoredFile.objects.filter(erasure=None).order_by("id")
    for row in (rows[:limit] if limit else rows).iterator(chunk_size=500):
        if not default_storage.exists(row.storage_name):
            result.append((row.pk, "文件丢失"))
            continue
        with default_storage.open(row.storage_name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != row.sha256:  # type: ignore[arg-type]
                result.append((row.pk, "内容与摘要不符"))
    return result
