"""Published decisions ready to be asked: compiled once in a program and kept by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from yipan.kernel import dmn
from yipan.kernel.dmn import Document

from .models import DecisionModel

MAX_KEPT = 256


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


@lru_cache(maxsize=MAX_KEPT)
def model_of(row_id: int) -> dmn.Model:
    """The model of a version, with what it imports as it was when the version was published."""
    row = DecisionModel.objects.get(pk=row_id)
    return loaded(bytes(row.xml), row.published_at)


def loaded(xml: bytes, at: datetime) -> dmn.Model:
    """The model of a file, with what it imports as it was published at that time. Raises DmnError."""
    document = dmn.read(xml)
    return dmn.load_all([document, *_imported_by(document, at)])[document.namespace]


def _imported_by(document: Document, at: datetime) -> list[Document]:
    """What a document imports, directly or not."""
    found: dict[str, Document] = {}
    waiting = [one.namespace for one in document.imports]
    while waiting:
        namespace = waiting.pop()
        if namespace in found:
            continue
        rows = DecisionModel.objects.filter(namespace=namespace, published_at__lte=at)
        row = rows.order_by("-published_at", "-version").first()
        if row is None:
            continue
        found[namespace] = dmn.read(bytes(row.xml))
        waiting += [one.namespace for one in found[namespace].imports]
    return list(found.values())


def forget() -> None:
    """Tests: ids come again."""
    model_of.cache_clear()
