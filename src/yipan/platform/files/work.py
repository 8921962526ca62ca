"""What the worker does for this room: scans, and sweeping up objects without a row."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage

from yipan.platform import jobs

from . import scanning

KEEP_FOR = timedelta(days=2)


def register() -> None:
    """At start-up: the jobs, and ClamAV when its address is set."""
    jobs.task("files.scan")(_scan)
    jobs.task("files.remove")(_remove)
    jobs.task("files.tidy")(tidy)
    jobs.periodic("30 3 * * *", "files.tidy")
    if settings.YIPAN_CLAMAV:
        scanning.register_scanner("clamav", scanning.ClamAV(settings.YIPAN_CLAMAV))


def _scan(file_id: int) -> None:
    from .actions import scan

    scan(file_id)


def _remove(name: str) -> None:
    from .objects import remove_if_unused

    remove_if_unused(name)


def tidy() -> int:
    """Delete objects that no row names: uploads whose transaction was rolled back. Returns how many.

    Only what is older than two days, so that an upload on its way is safe."""
    from yipan.platform.calendar import real_now

    from .objects import remove_if_unused

    deleted = 0
    before = real_now() - KEEP_FOR
    for first in _folders(""):
        for second in _folders(first):
            folder = f"{first}/{second}"
            names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
            old = [name for name in names if default_storage.get_modified_time(name) < before]
            deleted += sum(remove_if_unused(name) for name in old)
    return deleted


def _folders(path: str) -> list[str]:
    try:
        return [name for name in default_storage.listdir(path)[0] if len(name) == 2]
    except FileNotFoundError:
        return []
