"""The objects in the storage, named by their digest and shared by equal contents.

Who saves and who removes an object takes the same lock first, and holds it until his transaction ends: otherwise an
object could be removed between the moment an upload finds it there and the moment its row is committed.
"""

import hashlib
import os
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"files {name}"])


def save(body: IO[bytes], digest: str) -> str:
    """Save unless it is there; the name to keep in the row. Inside the caller's transaction.

    A process that was killed while it wrote leaves a piece under the full name: what is there is believed only when
    its content is what its name says.
    """
    name = f"{digest[:2]}/{digest[2:4]}/{digest}"
    _lock(name)
    if default_storage.exists(name):
        if _digest(name) == digest:
            return name
        default_storage.delete(name)
    body.seek(0)
    saved = default_storage.save(name, File(body))
    _settle(saved)
    return saved


def _digest(name: str) -> str:
    with default_storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _settle(name: str) -> None:
    """Have the disk keep the object before the row that names it is committed; a storage service does so itself."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        return
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_if_unused(name: str) -> bool:
    """Delete the object unless a row that was not erased names it; whether it was deleted. Run by the worker."""
    from .models import StoredFile

    with transaction.atomic():
        _lock(name)
        if StoredFile.objects.filter(storage_name=name, erasure=None).exists() or not default_storage.exists(name):
            return False
        default_storage.delete(name)
        return True
