"""Published decisions ready to be asked: compiled once in a program and kept by row."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from yipan.kernel import dmn
from yipan.kernel.dmn import Document

from .models import DecisionModel

MAX_KEPT = 256
_kept: OrderedDict[int, dmn.Model] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A decision of one version, as business-rule tasks ask it (``kernel.engine.Decision``)."""

    row_id: int
    key: str
    version: int
    decision: str

    def decide(self, context: Mapping[str, Any], now: datetime) -> Any:
        """Its value. A table that breaks its own hit policy is a fault of the model, never a silent null."""
        answer = model_of(self.row_id).decide(self.decision, context, now=now)
        if answer.value is None and answer.violations:
            raise ValueError("；".join(answer.violations))
        return answer.value


def resolve(keys: Sequence[str]) -> dict[str, Resolved]:
    """The newest published version of each decision, by its id (one statement)."""
    found: dict[str, Resolved] = {}
    for row in newest().only("id", "key", "version", "decisions"):
        for one in row.decisions:
            if one["id"] in keys:
                found[one["id"]] = Resolved(row.pk, row.key, row.version, one["id"])
    return found


def newest() -> Any:
    return DecisionModel.objects.order_by("key", "-version").distinct("key")


def model_of(row_id: int) -> dmn.Model:
    """The model of a version, with the newest versions of what it imports at the time it is first asked."""
    with _lock:
        found = _kept.get(row_id)
    if found is not None:
        return found
    row = DecisionModel.objects.get(pk=row_id)
    xml = bytes(row.xml)
    made = dmn.load(xml, imported_by(dmn.read(xml)))
    with _lock:
        _kept[row_id] = made
        if len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
    return made


def imported_by(document: Document) -> list[bytes]:
    """XML of the published models that a document imports, directly or not."""
    found: dict[str, bytes] = {}
    waiting = [one.namespace for one in document.imports]
    while waiting:
        namespace = waiting.pop()
        row = DecisionModel.objects.filter(namespace=namespace).order_by("-version").first()
        if namespace in found or row is None:
            continue
        found[namespace] = bytes(row.xml)
        waiting += [one.namespace for one in dmn.read(found[namespace]).imports]
    return list(found.values())


def forget() -> None:
    """Tests: ids come again."""
    _kept.clear()
