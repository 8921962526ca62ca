"""Take a file in: cap, look, re-encode, hash, save, queue the scan."""

import hashlib
import io
import tempfile
from collections.abc import Collection
from datetime import datetime
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from yipan.platform import jobs, records

from .. import images, objects, scanning
from ..domain import KINDS, FileRef, Rejected, clean_name, sniff
from ..domain.kinds import IMAGES
from ..models import Scan, StoredFile
from ..queries import as_ref

CHUNK = 1024 * 1024
IN_MEMORY = 4 * 1024 * 1024


def store(
    content: IO[bytes] | File | bytes,
    *,
    name: str,
    owner: tuple[str, object],
    actor: records.Actor,
    at: datetime,
    accept: Collection[str] = (),
    limit: int = 0,
) -> FileRef:
    """Store a file for its owner. `accept` narrows the kinds (suffixes such as pdf), `limit` the bytes.

    The object is written to the storage before the row, so a row never points at nothing; an object whose row was
    rolled back is swept up at night. Raises Rejected with the reason in Chinese."""
    stream: IO[bytes] = io.BytesIO(content) if isinstance(content, bytes) else content  # type: ignore[assignment]
    cap = min(limit or settings.YIPAN_UPLOAD_LIMIT, settings.YIPAN_UPLOAD_LIMIT)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as copy:
        original = _copy(stream, copy, cap)
        kind, flags = sniff(copy, name)  # type: ignore[arg-type]
        if accept and kind.suffix not in accept:
            wanted = "、".join(KINDS[suffix].title for suffix in accept)
            raise Rejected(f"此处只接受 {wanted}，您上传的是 {kind.title}")
        body: IO[bytes] = copy
        suffix, digest = kind.suffix, original
        if kind.suffix in IMAGES and getattr(settings, "YIPAN_REENCODE_IMAGES", True):
            body, suffix = images.re_encode(copy, kind.suffix)  # type: ignore[arg-type]
            digest = _digest(body)
        clean, renamed = clean_name(name, suffix)
        if renamed and suffix == kind.suffix:
            flags = [*flags, "renamed"]
        size = body.seek(0, io.SEEK_END)
        row = StoredFile(
            owner_kind=owner[0], owner_key=str(owner[1]), name=clean, kind=suffix, mime=KINDS[suffix].mime, size=size,
            sha256=digest, original_sha256=original, flags=flags, account_id=actor.account_id, actor_name=actor.name,
            unit_name=actor.unit_name, at=at,
        )  # fmt: skip
        with transaction.atomic():
            row.storage_name = objects.save(body, digest)
            return _register(row)


def _copy(stream: IO[bytes], copy: IO[bytes], cap: int) -> str:
    """Copy and hash in one pass, and stop at the cap: what a client says about its size is not believed."""
    digest, size = hashlib.sha256(), 0
    if stream.seekable():
        stream.seek(0)
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > cap:
            raise Rejected(f"文件超过 {max(cap // 1024 // 1024, 1)} MB 上限，请压缩或分开上传")
        digest.update(chunk)
        copy.write(chunk)
    return digest.hexdigest()


def _digest(body: IO[bytes]) -> str:
    body.seek(0)
    return hashlib.file_digest(body, "sha256").hexdigest()  # type: ignore[arg-type]


def _register(row: StoredFile) -> FileRef:
    state = "pending" if scanning.scanners() else "not_scanned"
    row.save(force_insert=True)
    if state == "pending":
        Scan.objects.create(file=row, state=state)
        jobs.defer("files.scan", file_id=row.pk)
    return as_ref(row, state, erased=False)
