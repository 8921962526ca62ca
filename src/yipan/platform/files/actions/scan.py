"""Have a stored file scanned by every registered scanner."""

import logging

from django.core.files.storage import default_storage
from django.db import transaction

from yipan.platform import records
from yipan.platform.calendar import now

from .. import scanning
from ..domain import Verdict
from ..models import Scan
from ..queries import ref_and_row

log = logging.getLogger(__name__)
_WORST = ("infected", "failed", "clean")


class ScanFailed(Exception):
    """No verdict: the job is tried again."""


def scan(file_id: int) -> str:
    """Scan and add the verdicts; returns the state that counts. An infected file is sealed, and an event says so.

    Running twice adds a second verdict and does no harm. Raises ScanFailed after recording that no scanner answered,
    so that the job is repeated."""
    ref, row = ref_and_row(file_id)
    if ref.erased:
        return ref.scan_state
    verdicts: dict[str, Verdict] = {}
    for name, scanner in scanning.scanners().items():
        with default_storage.open(row.storage_name) as content:
            verdicts[name] = scanner(content, ref)  # type: ignore[arg-type]
    if not verdicts:
        return ref.scan_state
    name, verdict = min(verdicts.items(), key=lambda item: _WORST.index(item[1].state))
    with transaction.atomic():
        Scan.objects.create(file=row, state=verdict.state, detail=verdict.detail, scanner=name)
        if verdict.state == "infected" and ref.scan_state != "infected":
            records.publish(
                records.Event(
                    kind="files.infected", subject_kind=row.owner_kind, subject_id=row.owner_key, at=now(),
                    payload={"file_id": row.pk, "name": row.name, "found": verdict.detail, "scanner": name},
                )
            )  # fmt: skip
    if verdict.state == "failed":
        log.warning("virus scan of file %s failed: %s", row.pk, verdict.detail)
        raise ScanFailed(verdict.detail)
    return verdict.state
