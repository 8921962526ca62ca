"""The objects in the storage, named by their digest and shared by equal contents.

Who saves and who removes an object takes the same lock first, and holds it until his transaction ends: otherwise an
object could be removed between the moment an upload finds it there and the moment its row is committed.
"""

from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"files {name}"])


def save(body: IO[bytes], digest: str) -> str:
    """Save unless it is there; the name to keep in the row. Inside the caller's transaction."""
    name = f"{digest[:2]}/{digest[2:4]}/{digest}"
    _lock(name)
    if default_storage.exists(name):
        return name
    body.seek(0)
    return default_storage.save(name, File(body))


def remove_if_unused(name: str) -> bool:
    """Delete the object unless a row that was not erased names it; whether it was deleted. Run by the worker."""
    from .models import StoredFile

    with transaction.atomic():
        _lock(name)
        if StoredFile.objects.filter(storage_name=name, erasure=None).exists() or not default_storage.exists(name):
            return False
        default_storage.delete(name)
        return True
