"""Published decisions ready to be asked: compiled once in a program and kept by row."""

from collections import OrderedDict
from collections.abc import Mapping
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
    title: str
    version: int
    decision: str

    @property
    def label(self) -> str:
        return f"{self.title} 第 {self.version} 版"

    def decide(self, context: Mapping[str, Any], now: datetime) -> Any:
        """Its value. A table that breaks its own hit policy is a fault of the model, never a silent null."""
        answer = model_of(self.row_id).decide(self.decision, context, now=now)
        if answer.value is None and answer.violations:
            raise ValueError("；".join(answer.violations))
        return answer.value


def resolve(key: str, version: str, at: datetime) -> Resolved | None:
    """The published decision with this id: a numbered version, the "latest", or the one in force at that time (the
    first one, when it was published later). One statement."""
    rows = DecisionModel.objects.filter(decisions__contains=[{"id": key}]).order_by("version")
    found = list(rows.values_list("id", "title", "version", "published_at"))
    if version.isdigit():
        chosen = next((row for row in found if row[2] == int(version)), None)
    elif version == "latest":
        chosen = found[-1] if found else None
    else:
        chosen = next((row for row in reversed(found) if row[3] <= at), found[0] if found else None)
    return None if chosen is None else Resolved(chosen[0], chosen[1], chosen[2], key)


def model_of(row_id: int) -> dmn.Model:
    """The model of a version, with what it imports as it was when the version was published."""
    with _lock:
        found = _kept.get(row_id)
        if found is not None:
            _kept.move_to_end(row_id)
    if found is not None:
        return found
    row = DecisionModel.objects.get(pk=row_id)
    xml = bytes(row.xml)
    made = dmn.load(xml, imported_by(dmn.read(xml), row.published_at))
    with _lock:
        _kept[row_id] = made
        while len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
    return made


def imported_by(document: Document, at: datetime) -> list[bytes]:
    """XML of the models that a document imports, directly or not, as they were published at that time."""
    found: dict[str, bytes] = {}
    waiting = [one.namespace for one in document.imports]
    while waiting:
        namespace = waiting.pop()
        rows = DecisionModel.objects.filter(namespace=namespace, published_at__lte=at)
        row = rows.order_by("-published_at", "-version").first()
        if namespace in found or row is None:
            continue
        found[namespace] = bytes(row.xml)
        waiting += [one.namespace for one in dmn.read(found[namespace]).imports]
    return list(found.values())


def forget() -> None:
    """Tests: ids come again."""
    _kept.clear()
