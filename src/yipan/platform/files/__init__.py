"""Files: attachments that are what they say, stored once, never changed, and served only through their owner's route.

* ``store(fileobj, name=, owner=(kind, key), actor=, at=)`` caps the size, finds the type by content (a suffix proves
  nothing), looks into ZIP and PDF, re-encodes images (no hidden data, no location), hashes, saves, and queues the virus
  scan. What is not acceptable raises ``Rejected`` with the reason in Chinese.
* ``response(file_id, actor, owner)`` answers with the file for its owner's view, as attachment with nosniff, and logs
  the read. ``read(file_id, owner)`` gives the bytes to other rooms. There is no address of this room's own.
* ``register_scanner(name, scanner)``: virus scanners; ClamAV over INSTREAM when ``YIPAN_CLAMAV`` names its address.
  Without a scanner the state is ``not_scanned`` and the screens say so.
* ``erase``: content is really removed (withdrawn drafts, personal data); the row with its digest stays.

Storage is Django's ``STORAGES["default"]``: a folder, or any S3-compatible service (docs/operations.md).
"""

from typing import TYPE_CHECKING, Any

from .domain import FileRef, Kind, Rejected, Verdict
from .scanning import register_scanner

if TYPE_CHECKING:
    from .actions import erase, store
    from .queries import read, ref, refs
    from .serving import Blocked, response

_WHERE = {
    "store": "actions", "erase": "actions", "ref": "queries", "refs": "queries", "read": "queries",
    "response": "serving", "Blocked": "serving",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The parts that stand on Django's tables are loaded when first used: this module is read before the tables."""
    if name not in _WHERE:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


__all__ = [
    "Blocked",
    "FileRef",
    "Kind",
    "Rejected",
    "Verdict",
    "erase",
    "read",
    "ref",
    "refs",
    "register_scanner",
    "response",
    "store",
]
